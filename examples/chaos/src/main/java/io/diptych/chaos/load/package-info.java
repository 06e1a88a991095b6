/** The clients, and the record of all they asked and heard. */
@NullMarked
package io.diptych.chaos.load;

import org.jspecify.annotations.NullMarked;
