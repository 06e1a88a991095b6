/** The HTTP API; not for users. */
@NullMarked
package io.diptych.server.internal;

import org.jspecify.annotations.NullMarked;
