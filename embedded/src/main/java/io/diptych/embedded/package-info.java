/** A real Kafka broker and a real PostgreSQL, for development, tests and the demo; not for production. */
@NullMarked
package io.diptych.embedded;

import org.jspecify.annotations.NullMarked;
