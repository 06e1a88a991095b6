/** The engines and the gateway on Apache Kafka. */
@NullMarked
package io.diptych.kafka;

import org.jspecify.annotations.NullMarked;
