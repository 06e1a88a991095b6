/** Orders with Axon Framework: event-sourced entities and a pooled streaming processor, both on JPA, in Spring Boot. */
@NullMarked
package io.diptych.bench.rival.axon;

import org.jspecify.annotations.NullMarked;
