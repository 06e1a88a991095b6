package io.diptych.server;

import io.diptych.ConfigurationException;
import io.diptych.kafka.CommandSettings;
import io.diptych.kafka.KafkaSettings;
import io.diptych.kafka.ProjectionSettings;
import io.diptych.postgres.PostgresSettings;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a node is set up.
 *
 * @param roles what it does; at least one
 * @param kafka how to use Kafka
 * @param commands how commands are handled
 * @param projections how events are applied to read models
 * @param postgres how to use PostgreSQL; without it a gateway serves commands only
 * @param host the address that HTTP listens on
 * @param port the port that HTTP listens on; 0 for any free one
 * @param maxInFlight commands being answered at once; one more is turned away with 503
 * @param commandTimeout how long a gateway awaits a reply unless the caller says otherwise
 * @param allowedOrigins web origins, such as {@code https://shop.example}, whose pages may send commands besides ours
 */
public record NodeSettings(
        Set<Role> roles,
        KafkaSettings kafka,
        CommandSettings commands,
        ProjectionSettings projections,
        @Nullable PostgresSettings postgres,
        String host,
        int port,
        int maxInFlight,
        Duration commandTimeout,
        Set<String> allowedOrigins) {

    /** Only this machine: the API has no authentication of its own. */
    public static final String DEFAULT_HOST = "127.0.0.1";

    /** Far more than an owner handles in one transaction; what waits costs a virtual thread and its body. */
    public static final int DEFAULT_MAX_IN_FLIGHT = 2000;

    /** Longer than a partition takes to change its owner, so that callers seldom see it. */
    public static final Duration DEFAULT_COMMAND_TIMEOUT = Duration.ofSeconds(10);

    /** Refuses settings that cannot work together. */
    public NodeSettings {
        roles = Set.copyOf(roles);
        allowedOrigins = Set.copyOf(allowedOrigins);
        if (roles.isEmpty()) {
            throw new ConfigurationException("The node has no role: choose from gateway, command, projection");
        }
        if (roles.contains(Role.PROJECTION) && postgres == null) {
            throw new ConfigurationException(
                    "The role [projection] needs PostgreSQL: give --postgres, or leave the role to another node");
        }
        if (port < 0 || port > 65_535) {
            throw new ConfigurationException("The port [" + port + "] must be from 0 to 65535");
        }
        if (maxInFlight < 1) {
            throw new ConfigurationException("The commands in flight [" + maxInFlight + "] must be at least 1");
        }
    }

    /** With the defaults. */
    public static NodeSettings of(Set<Role> roles, KafkaSettings kafka, @Nullable PostgresSettings postgres, int port) {
        return new NodeSettings(
                roles,
                kafka,
                CommandSettings.DEFAULT,
                ProjectionSettings.DEFAULT,
                postgres,
                DEFAULT_HOST,
                port,
                DEFAULT_MAX_IN_FLIGHT,
                DEFAULT_COMMAND_TIMEOUT,
                Set.of());
    }

    /** The same with other settings for commands. */
    public NodeSettings with(CommandSettings handling) {
        return new NodeSettings(
                roles, kafka, handling, projections, postgres, host, port, maxInFlight, commandTimeout, allowedOrigins);
    }
}
