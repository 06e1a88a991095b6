/** Orders as most teams write them with Spring Boot: JPA, a transactional outbox, and a listener that keeps a read model. */
@NullMarked
package io.diptych.bench.rival.spring;

import org.jspecify.annotations.NullMarked;
