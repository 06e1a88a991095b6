/** A read model by hand: a listener with a transaction for each event. */
@NullMarked
package io.diptych.bench.rival.listener;

import org.jspecify.annotations.NullMarked;
