/** A client of a node's HTTP API, for commands of the terminal. */
@NullMarked
package io.diptych.cli.client;

import org.jspecify.annotations.NullMarked;
