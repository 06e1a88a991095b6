/** The projection engine's logic behind its ports; not for users. */
@NullMarked
package io.diptych.projection.internal;

import org.jspecify.annotations.NullMarked;
