/** A system under attack: processes are killed and frozen while clients work, and every promise is checked. */
@NullMarked
package io.diptych.chaos;

import org.jspecify.annotations.NullMarked;
