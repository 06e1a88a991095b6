/** Events that a projection cannot fold until its code is mended, and how to tell what should become of them. */
@NullMarked
package io.diptych.bench.poison;

import org.jspecify.annotations.NullMarked;
