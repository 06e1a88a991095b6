package io.diptych.kafka;

import io.diptych.message.Limits;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How to use Kafka.
 *
 * @param client properties for every client, {@code bootstrap.servers} and security among them; what the guarantees
 *     rest on is set over them
 * @param nodeId tells this node from the others of the app
 * @param stableNodeId the node has this id again after a restart, and no other node has it: then it takes over its own
 *     partitions at once, even after a crash
 * @param partitions of the topics that are created; existing ones keep theirs
 * @param replicationFactor of the topics that are created; -1 for the broker's default
 */
public record KafkaSettings(
        Map<String, String> client, String nodeId, boolean stableNodeId, int partitions, short replicationFactor) {

    /** How many commands are handled in one transaction at most. */
    private static final int COMMANDS_PER_TRANSACTION = 5000;

    private static final String CLIENT_ID_PREFIX = "diptych-";

    /** Copies the properties. */
    public KafkaSettings {
        client = Map.copyOf(client);
    }

    /** Defaults, for a node that has another id after each start. */
    public static KafkaSettings of(String bootstrapServers) {
        return new KafkaSettings(
                Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                UUID.randomUUID().toString(),
                false,
                8,
                (short) -1);
    }

    /** The same with a node id that stays. */
    public KafkaSettings withStableNodeId(String id) {
        return new KafkaSettings(client, id, true, partitions, replicationFactor);
    }

    /** The same with that many partitions in the topics that are created. */
    public KafkaSettings withPartitions(int number) {
        return new KafkaSettings(client, nodeId, stableNodeId, number, replicationFactor);
    }

    /** The brokers, for messages to people. */
    public String bootstrapServers() {
        return client.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "");
    }

    Map<String, Object> admin() {
        Map<String, Object> properties = common();
        properties.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
        properties.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
        return properties;
    }

    /** A consumer of committed records that commits nothing by itself. */
    Map<String, Object> consumer() {
        Map<String, Object> properties = common();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
        return properties;
    }

    /**
     * A consumer that reads a partition up to an end, then another: the broker must not keep a request for long that asks
     * for more of the first, as the next one waits for it.
     */
    Map<String, Object> catchUpConsumer() {
        Map<String, Object> properties = consumer();
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
        return properties;
    }

    private Map<String, Object> groupMember(String group) {
        Map<String, Object> properties = consumer();
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        properties.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        // A member hears by its heartbeats that partitions are to be shared out anew: everybody waits for the last.
        properties.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 300);
        if (stableNodeId) {
            properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, nodeId);
        }
        return properties;
    }

    Map<String, Object> commandConsumer(String group) {
        Map<String, Object> properties = groupMember(group);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, COMMANDS_PER_TRANSACTION);
        return properties;
    }

    Map<String, Object> eventConsumer(String group, int maxEvents) {
        Map<String, Object> properties = groupMember(group);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxEvents);
        // So that a batch can be as large as it may: with the default of 1 MiB it has some 1,500 events of a partition.
        properties.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * 1024 * 1024);
        properties.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 * 1024 * 1024);
        return properties;
    }

    Map<String, Object> transactionalProducer(String transactionalId) {
        Map<String, Object> properties = producer();
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
        // A request takes one batch of each partition along: with the default of 16 KiB a full transaction is some
        // twenty.
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        // Events are sent while more commands are handled: large requests meanwhile. What is waited for is flushed.
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        // A refused request (CONCURRENT_TRANSACTIONS) is tried again after this time; the default of 100 ms would be
        // most of a command's latency.
        properties.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 2);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 8_000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 8_000);
        return properties;
    }

    /** Writes much at a time, and behind: it may wait to write more at once. */
    Map<String, Object> snapshotProducer(String transactionalId) {
        Map<String, Object> properties = transactionalProducer(transactionalId);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        // The owner that stops waits for it.
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 3_000);
        return properties;
    }

    /** The gateway's: gives up early, so that a caller hears that Kafka is away. */
    Map<String, Object> gatewayProducer() {
        Map<String, Object> properties = producer();
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5_000);
        return properties;
    }

    /** Of replies to gateways: hardly waits, and goes on trying for as long as somebody may wait for a reply. */
    Map<String, Object> replyProducer() {
        Map<String, Object> properties = producer();
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 2_000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        return properties;
    }

    /** Of records that were stored elsewhere: keeps their order, and sends many at once. */
    Map<String, Object> publisher(String transactionalId) {
        Map<String, Object> properties = transactionalProducer(transactionalId);
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        return properties;
    }

    private Map<String, Object> producer() {
        Map<String, Object> properties = common();
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Limits.MAX_RECORD_BYTES);
        return properties;
    }

    static String clientId(String nodeId) {
        return CLIENT_ID_PREFIX + nodeId;
    }

    /** The node whose client has that id. */
    static String nodeId(String clientId) {
        return clientId.startsWith(CLIENT_ID_PREFIX) ? clientId.substring(CLIENT_ID_PREFIX.length()) : clientId;
    }

    private Map<String, Object> common() {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId(nodeId));
        properties.putIfAbsent(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, "false");
        properties.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, "500");
        return properties;
    }
}
