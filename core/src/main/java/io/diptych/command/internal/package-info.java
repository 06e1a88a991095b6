/** The command engine's logic behind its ports; not for users. */
@NullMarked
package io.diptych.command.internal;

import org.jspecify.annotations.NullMarked;
