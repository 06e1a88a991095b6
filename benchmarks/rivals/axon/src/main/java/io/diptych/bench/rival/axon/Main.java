package io.diptych.bench.rival.axon;

import io.diptych.bench.subject.Subject;
import java.util.Map;
import org.axonframework.eventsourcing.eventstore.jpa.AggregateEventEntry;
import org.axonframework.messaging.eventhandling.processing.streaming.token.store.jpa.TokenEntry;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole of it in one process. */
@SpringBootApplication
@EntityScan(basePackageClasses = {Main.class, AggregateEventEntry.class, TokenEntry.class})
public class Main {

    /** The broker, which is not needed, and the database. */
    public static void main(String[] args) {
        Subject.listen(Map.of());
        // It would ask the vendor's server, and tell it of this machine.
        System.setProperty("axoniq.update-checker.disabled", "true");
        var application = new SpringApplication(Main.class);
        application.setDefaultProperties(Map.ofEntries(
                Map.entry("server.port", 0),
                Map.entry("server.address", "127.0.0.1"),
                Map.entry("spring.main.banner-mode", "off"),
                Map.entry("spring.datasource.url", args[1]),
                Map.entry("spring.datasource.hikari.maximum-pool-size", 20),
                Map.entry("spring.datasource.hikari.auto-commit", false),
                Map.entry("spring.jpa.hibernate.ddl-auto", "update"),
                Map.entry("spring.jpa.open-in-view", false),
                Map.entry("spring.jpa.database-platform", ByteaDialect.class.getName()),
                Map.entry("spring.jpa.properties.hibernate.connection.provider_disables_autocommit", true),
                Map.entry("spring.jpa.properties.hibernate.jdbc.batch_size", 50)));
        ConfigurableApplicationContext context = application.run();
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        Subject.ready(
                "http://127.0.0.1:" + port,
                "Axon Framework " + AggregateEventEntry.class.getPackage().getImplementationVersion() + ", Spring Boot "
                        + SpringBootVersion.getVersion());
    }
}
