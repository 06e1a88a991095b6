/** What a measured process needs so that it can be measured: the JDK is enough. */
@NullMarked
package io.diptych.bench.subject;

import org.jspecify.annotations.NullMarked;
