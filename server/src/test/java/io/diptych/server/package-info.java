@NullMarked
package io.diptych.server;

import org.jspecify.annotations.NullMarked;
