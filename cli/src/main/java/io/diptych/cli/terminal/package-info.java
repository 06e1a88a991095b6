/** What every command of the terminal shares. */
@NullMarked
package io.diptych.cli.terminal;

import org.jspecify.annotations.NullMarked;
