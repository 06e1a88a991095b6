/** A node: the HTTP API and the roles of Diptych in one process. */
@NullMarked
package io.diptych.server;

import org.jspecify.annotations.NullMarked;
