/** Suites of workloads, their rounds in turn, and what was measured. */
@NullMarked
package io.diptych.bench.run;

import org.jspecify.annotations.NullMarked;
