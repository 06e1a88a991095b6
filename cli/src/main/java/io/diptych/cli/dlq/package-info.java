/** The commands about events that wait for a person: dead letters, and late events. */
@NullMarked
package io.diptych.cli.dlq;

import org.jspecify.annotations.NullMarked;
