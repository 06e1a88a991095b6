/** Restarts of a node that has many aggregates. */
@NullMarked
package io.diptych.bench.restart;

import org.jspecify.annotations.NullMarked;
