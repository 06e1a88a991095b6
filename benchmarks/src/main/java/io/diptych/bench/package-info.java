/** Measures Diptych: every run checks its own result. */
@NullMarked
package io.diptych.bench;

import org.jspecify.annotations.NullMarked;
