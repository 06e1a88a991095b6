package io.diptych.kafka;

import static java.util.Objects.requireNonNull;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.TopicNames;
import io.diptych.command.Aggregate;
import io.diptych.message.Limits;
import io.diptych.message.Problem;
import io.diptych.projection.ReadModel;
import io.diptych.projection.Windows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics of an app, and refuses existing ones that the guarantees cannot rest on. */
public final class Topics {

    private static final String FOREVER = "-1";
    private static final Duration COMMANDS_KEPT = Duration.ofDays(7);
    private static final Duration REPLIES_KEPT = Duration.ofHours(1);

    private Topics() {}

    /**
     * Creates missing topics and checks the others; several nodes may do so at once.
     *
     * @throws ConfigurationException when Kafka or a topic is set up in a way that loses data
     * @throws io.diptych.message.ProblemException {@link Problem.Type#UNAVAILABLE} when Kafka cannot be reached
     */
    public static void ensure(App app, KafkaSettings settings) {
        try (Admin admin = Admin.create(settings.admin())) {
            requireTransactionVersion(admin, settings);
            create(admin, wanted(app, settings));
            for (Aggregate<?, ?, ?> aggregate : app.aggregates()) {
                check(admin, app, aggregate);
            }
            for (ReadModel<?, ?> model : app.readModels()) {
                if (isPublished(model)) {
                    requireCompacted(admin, TopicNames.changes(app.name(), model.name()));
                }
            }
        } catch (KafkaException e) {
            throw unavailable(settings, e);
        }
    }

    /** The number of partitions of an aggregate's topics. */
    static int partitions(App app, Aggregate<?, ?, ?> aggregate, KafkaSettings settings) {
        String topic = TopicNames.commands(app.name(), aggregate.name());
        try (Admin admin = Admin.create(settings.admin())) {
            return partitions(describe(admin, Set.of(topic)), topic);
        } catch (KafkaException e) {
            throw unavailable(settings, e);
        }
    }

    /** Tells the aggregate's event log from any other of its name. */
    static String logId(String topic, KafkaSettings settings) {
        try (Admin admin = Admin.create(settings.admin())) {
            return requireNonNull(describe(admin, Set.of(topic)).get(topic))
                    .topicId()
                    .toString();
        } catch (KafkaException e) {
            throw unavailable(settings, e);
        }
    }

    private static List<NewTopic> wanted(App app, KafkaSettings settings) {
        var topics = new ArrayList<NewTopic>();
        for (Aggregate<?, ?, ?> aggregate : app.aggregates()) {
            topics.add(topic(TopicNames.commands(app.name(), aggregate.name()), settings, kept(COMMANDS_KEPT)));
            topics.add(topic(TopicNames.events(app.name(), aggregate.name()), settings, FOREVER));
            topics.add(compacted(TopicNames.snapshots(app.name(), aggregate.name()), settings));
        }
        topics.add(topic(TopicNames.replies(app.name()), settings, kept(REPLIES_KEPT)));
        topics.add(topic(TopicNames.deadLetters(app.name()), settings, FOREVER));
        for (ReadModel<?, ?> model : app.readModels()) {
            topics.add(topic(TopicNames.deadLetters(app.name(), model.name()), settings, FOREVER));
            Windows windows = model.windows();
            if (windows != null && windows.publishing()) {
                topics.add(topic(TopicNames.closed(app.name(), model.name()), settings, FOREVER));
            }
            if (isPublished(model)) {
                topics.add(compacted(TopicNames.changes(app.name(), model.name()), settings));
            }
        }
        return topics;
    }

    private static NewTopic topic(String name, KafkaSettings settings, String retentionMillis) {
        return new NewTopic(
                        name,
                        Optional.of(settings.partitions()),
                        Optional.of(settings.replicationFactor()).filter(factor -> factor > 0))
                .configs(Map.of(
                        TopicConfig.RETENTION_MS_CONFIG,
                        retentionMillis,
                        TopicConfig.RETENTION_BYTES_CONFIG,
                        FOREVER,
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(Limits.MAX_RECORD_BYTES)));
    }

    /** Keeps the last record of each key. */
    private static NewTopic compacted(String name, KafkaSettings settings) {
        NewTopic topic = topic(name, settings, FOREVER);
        var configs = new HashMap<>(topic.configs());
        configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
        return topic.configs(configs);
    }

    private static String kept(Duration time) {
        return Long.toString(time.toMillis());
    }

    private static void create(Admin admin, List<NewTopic> wanted) {
        Set<String> existing = get(admin.listTopics().names());
        List<NewTopic> missing = wanted.stream()
                .filter(topic -> !existing.contains(topic.name()))
                .toList();
        admin.createTopics(missing).values().forEach((name, created) -> {
            try {
                get(created);
            } catch (TopicExistsException e) {
                // Another node was faster: its topic is checked like any other.
                return;
            }
        });
        Map<String, TopicDescription> known =
                awaitKnown(admin, wanted.stream().map(NewTopic::name).collect(Collectors.toSet()));
        known.keySet().removeAll(existing);
        awaitLeaders(admin, known);
    }

    /**
     * A broker knows of a partition a moment before it leads it. What an idempotent producer sends in that moment may be
     * lost: the request is refused, the next is taken as the first of that producer, and the retry of the one before is out
     * of order for ever (seen with 4.3.1: the first batches of a topic that was new, given up after
     * {@code delivery.timeout.ms}).
     */
    private static void awaitLeaders(Admin admin, Map<String, TopicDescription> topics) {
        var ends = new HashMap<TopicPartition, OffsetSpec>();
        topics.forEach((name, topic) -> topic.partitions()
                .forEach(partition -> ends.put(new TopicPartition(name, partition.partition()), OffsetSpec.latest())));
        // Only who leads a partition tells its end; the client asks again until then.
        Map<TopicPartition, ListOffsetsResultInfo> unused =
                get(admin.listOffsets(ends).all());
    }

    /** A topic is created on the controller first and known to the brokers a moment later. */
    private static Map<String, TopicDescription> awaitKnown(Admin admin, Set<String> names) {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (true) {
            try {
                return describe(admin, names);
            } catch (UnknownTopicOrPartitionException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    private static void check(Admin admin, App app, Aggregate<?, ?, ?> aggregate) {
        String commands = TopicNames.commands(app.name(), aggregate.name());
        String events = TopicNames.events(app.name(), aggregate.name());
        String snapshots = TopicNames.snapshots(app.name(), aggregate.name());
        Map<String, TopicDescription> topics = describe(admin, Set.of(commands, events, snapshots));
        int commandPartitions = partitions(topics, commands);
        int eventPartitions = partitions(topics, events);
        if (commandPartitions != eventPartitions) {
            throw new ConfigurationException("The topic [" + commands + "] has [" + commandPartitions
                    + "] partitions and [" + events + "] has [" + eventPartitions
                    + "]: they must have the same number, since an aggregate's events stand on the partition of its"
                    + " commands; raise the smaller to the larger while the app is stopped and empty, or use another app"
                    + " name");
        }
        if (partitions(topics, snapshots) != eventPartitions) {
            throw new ConfigurationException("The topic [" + snapshots + "] has [" + partitions(topics, snapshots)
                    + "] partitions and [" + events + "] has [" + eventPartitions
                    + "]: they must have the same number; delete [" + snapshots
                    + "] while the app is stopped: it is made anew from the events");
        }
        requireCompacted(admin, snapshots);
        Config config = config(admin, events);
        require(events, config, TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        require(events, config, TopicConfig.RETENTION_MS_CONFIG, FOREVER);
        require(events, config, TopicConfig.RETENTION_BYTES_CONFIG, FOREVER);
    }

    private static void requireCompacted(Admin admin, String topic) {
        require(topic, config(admin, topic), TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    }

    private static boolean isPublished(ReadModel<?, ?> model) {
        return model.changeLog() != null && model.changeLog().published();
    }

    private static Config config(Admin admin, String topic) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return requireNonNull(
                get(admin.describeConfigs(List.of(resource)).all()).get(resource));
    }

    private static void require(String topic, Config config, String setting, String value) {
        String actual = config.get(setting).value();
        if (!value.equals(actual)) {
            throw new ConfigurationException("The topic [" + topic + "] has [" + setting + "=" + actual
                    + "], which would lose what Diptych keeps there: set it to [" + value
                    + "] with kafka-configs --alter --topic " + topic
                    + " --add-config " + setting + "=" + value);
        }
    }

    private static void requireTransactionVersion(Admin admin, KafkaSettings settings) {
        var features = get(admin.describeFeatures().featureMetadata()).finalizedFeatures();
        var version = features.get("transaction.version");
        if (version == null || version.maxVersionLevel() < 2) {
            throw new ConfigurationException("Kafka at [" + settings.bootstrapServers() + "] has transaction.version ["
                    + (version == null ? 0 : version.maxVersionLevel())
                    + "]: Diptych needs 2, since before it a late message could end another transaction; use Kafka 4.0"
                    + " or later and run kafka-features upgrade --feature transaction.version=2");
        }
    }

    private static int partitions(Map<String, TopicDescription> topics, String topic) {
        return requireNonNull(topics.get(topic)).partitions().size();
    }

    private static Map<String, TopicDescription> describe(Admin admin, Set<String> names) {
        return new TreeMap<>(get(admin.describeTopics(names).allTopicNames()));
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException(e);
        }
    }

    private static RuntimeException unavailable(KafkaSettings settings, KafkaException e) {
        String detail = "Kafka at [" + settings.bootstrapServers() + "] cannot be used: " + e.getMessage();
        // What a retry cannot mend (authorization, an invalid setting) is for the person who configures.
        return e instanceof RetriableException
                ? Problem.Type.UNAVAILABLE.exception(detail)
                : new ConfigurationException(detail + ": mend the Kafka settings");
    }
}
