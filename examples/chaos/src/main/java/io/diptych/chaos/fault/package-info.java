/** What is done to the system, when, drawn from a seed. */
@NullMarked
package io.diptych.chaos.fault;

import org.jspecify.annotations.NullMarked;
