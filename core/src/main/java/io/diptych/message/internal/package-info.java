/** What both engines ask of a log; not for users. */
@NullMarked
package io.diptych.message.internal;

import org.jspecify.annotations.NullMarked;
