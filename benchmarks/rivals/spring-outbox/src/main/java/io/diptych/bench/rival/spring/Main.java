package io.diptych.bench.rival.spring;

import io.diptych.bench.subject.Subject;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The whole of it in one process. */
@SpringBootApplication
@EnableScheduling
public class Main {

    static final String TOPIC = "spring.order.events";
    private static final int PARTITIONS = 4;

    /** The broker and the database. */
    public static void main(String[] args) {
        Subject.listen(Map.of());
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
                Map.entry("spring.jpa.properties.hibernate.connection.provider_disables_autocommit", true),
                Map.entry("spring.jpa.properties.hibernate.jdbc.batch_size", 50),
                Map.entry("spring.kafka.bootstrap-servers", args[0]),
                Map.entry("spring.kafka.producer.acks", "all"),
                Map.entry("spring.kafka.consumer.auto-offset-reset", "earliest"),
                Map.entry("spring.kafka.consumer.enable-auto-commit", false)));
        ConfigurableApplicationContext context = application.run();
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        Subject.ready("http://127.0.0.1:" + port, "Spring Boot " + SpringBootVersion.getVersion());
    }

    @Bean
    NewTopic events() {
        return TopicBuilder.name(TOPIC).partitions(PARTITIONS).replicas(1).build();
    }
}
