package io.diptych.kafka;

import io.diptych.TopicNames;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a reply can go where its command asks. A caller's mistake must neither hold up the engine, which would
 * wait for a topic that does not exist, nor write into the app's own topics.
 */
final class ReplyTargets {

    private static final Logger LOG = LoggerFactory.getLogger(ReplyTargets.class);
    private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(30);
    private static final int REMEMBERED = 1000;

    private record Target(int partitions, long askedAt) {}

    private final Admin admin;
    private final String app;
    private final Map<String, Target> targets = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Target> eldest) {
            return size() > REMEMBERED;
        }
    };

    ReplyTargets(Admin admin, String app) {
        this.admin = admin;
        this.app = app;
    }

    boolean accepts(String topic, @Nullable Integer partition) {
        int partitions = partitions(topic);
        return partition == null ? partitions > 0 : partition >= 0 && partition < partitions;
    }

    private int partitions(String topic) {
        Target known = targets.get(topic);
        long now = System.nanoTime();
        if (known != null && (known.partitions > 0 || now - known.askedAt < ASK_AGAIN_AFTER.toNanos())) {
            return known.partitions;
        }
        int partitions = ask(topic);
        targets.put(topic, new Target(partitions, now));
        return partitions;
    }

    private int ask(String topic) {
        if (topic.startsWith("__") || (topic.startsWith(app + ".") && !topic.equals(TopicNames.replies(app)))) {
            LOG.warn("Replies to [{}] are dropped: it is not a topic for replies", topic);
            return 0;
        }
        try {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                    .mapToInt(found -> found.partitions().size())
                    .sum();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException
                    || e.getCause() instanceof InvalidTopicException
                    || e.getCause() instanceof TopicAuthorizationException) {
                LOG.warn("Replies to [{}] are dropped: {}", topic, e.getCause().getMessage());
                return 0;
            }
            // Kafka is away: the command is handled, and answered, when it is back.
            throw new LogException("Kafka could not find the topic of replies [" + topic + "]: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException("Interrupted: could not find the topic of replies [" + topic + "]", e);
        }
    }
}
