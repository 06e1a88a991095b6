/** The commands about dead letters. */
@NullMarked
package io.diptych.cli.dlq;

import org.jspecify.annotations.NullMarked;
