/** Restarts of a node that has many aggregates, and whether many make it slower. */
@NullMarked
package io.diptych.bench.restart;

import org.jspecify.annotations.NullMarked;
