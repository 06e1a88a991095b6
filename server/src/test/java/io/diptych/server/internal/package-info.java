@NullMarked
package io.diptych.server.internal;

import org.jspecify.annotations.NullMarked;
