/** Orders as a load: through Kafka and over HTTP, and whether the result is right. */
@NullMarked
package io.diptych.bench.load;

import org.jspecify.annotations.NullMarked;
