/** What the machine can do at most, without any of the work that Diptych does. */
@NullMarked
package io.diptych.bench.ceiling;

import org.jspecify.annotations.NullMarked;
