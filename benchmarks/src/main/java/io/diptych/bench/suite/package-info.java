/** What is compared with what. */
@NullMarked
package io.diptych.bench.suite;

import org.jspecify.annotations.NullMarked;
