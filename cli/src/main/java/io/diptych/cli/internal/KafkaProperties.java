package io.diptych.cli.internal;

import io.diptych.ConfigurationException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka client's properties from where a person can put them.
 *
 * @param brokers of the command line; go before all else
 * @param file of properties; goes last
 * @param environment {@code DIPTYCH_KAFKA_SECURITY_PROTOCOL} is {@code security.protocol}
 */
record KafkaProperties(@Nullable String brokers, @Nullable Path file, Map<String, String> environment) {

    static final String BROKERS = "bootstrap.servers";

    private static final String PREFIX = "DIPTYCH_KAFKA_";

    /**
     * All of them.
     *
     * @throws ConfigurationException when the file cannot be read
     */
    Map<String, String> all() {
        Map<String, String> all = new HashMap<>();
        if (file != null) {
            ofFile(file)
                    .forEach((name, value) ->
                            all.put(name.toString(), value.toString().strip()));
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                all.put(name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.'), value);
            }
        });
        if (brokers != null) {
            all.put(BROKERS, brokers);
        }
        return all;
    }

    private static Properties ofFile(Path file) {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return properties;
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigurationException("The Kafka properties in [" + file + "] cannot be read (" + e
                    + "): give another file with --kafka-config");
        }
    }
}
