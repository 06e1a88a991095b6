/** Sends commands in bulk and reports what became of each. */
@NullMarked
package io.diptych.cli.load;

import org.jspecify.annotations.NullMarked;
