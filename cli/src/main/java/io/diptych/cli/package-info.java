/** The command line of an app: what its {@code main} calls. */
@NullMarked
package io.diptych.cli;

import org.jspecify.annotations.NullMarked;
