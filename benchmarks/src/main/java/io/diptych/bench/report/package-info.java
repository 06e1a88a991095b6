/** The figures as tables, pictures and a verdict on the targets. */
@NullMarked
package io.diptych.bench.report;

import org.jspecify.annotations.NullMarked;
