package io.diptych.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Lets the tests of a class take {@link Servers} as a parameter: a real Kafka and a real PostgreSQL. Each is started
 * when a test first asks for it, shared by all tests of the run, and stopped at its end.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ServersExtension.class)
public @interface EmbeddedServers {}
