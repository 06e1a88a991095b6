/** The judges: each takes the calls and the log of a run and names what breaks its promise. */
@NullMarked
package io.diptych.chaos.check;

import org.jspecify.annotations.NullMarked;
