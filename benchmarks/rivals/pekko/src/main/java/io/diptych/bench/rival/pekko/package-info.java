/** Orders with Apache Pekko: event-sourced entities in cluster sharding, and projections, both on JDBC. */
@NullMarked
package io.diptych.bench.rival.pekko;

import org.jspecify.annotations.NullMarked;
