/** The commands that every app has; not for users. */
@NullMarked
package io.diptych.cli.internal;

import org.jspecify.annotations.NullMarked;
