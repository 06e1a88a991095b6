package io.diptych.bench.rival.listener;

import io.diptych.bench.subject.Subject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.postgresql.Driver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Follows order events as most tutorials show it: reads an event, changes its row, commits, reads the next. Its place is
 * committed to Kafka once for all that a poll has brought: after a crash events come again, and their version tells.
 */
public final class OrderListener {

    private static final String TABLE = """
            create table order_summary (
              order_id text primary key, product text not null, quantity int not null, unit_price numeric,
              customer_id text, country text, ordered_at timestamptz not null, status text not null,
              version bigint not null);
            create index on order_summary (customer_id);
            create index on order_summary (status)""";

    private static final String INSERT =
            "insert into order_summary values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (order_id) do nothing";

    private static final String UPDATE =
            "update order_summary set status = ?, version = ? where order_id = ? and version < ?";

    private final String kafka;
    private final String topic;
    private final Connection connection;
    private final JsonMapper json = new JsonMapper();

    private OrderListener(String kafka, String topic, Connection connection) {
        this.kafka = kafka;
        this.topic = topic;
        this.connection = connection;
    }

    /** The broker, the topic of events, the database. */
    public static void main(String[] args) throws SQLException {
        Connection connection = DriverManager.getConnection(args[2]);
        try (Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
        connection.setAutoCommit(false);
        var listener = new OrderListener(args[0], args[1], connection);
        Subject.listen(Map.of("fill", count -> Long.toString(listener.fill(Long.parseLong(count)))));
        Subject.ready("", "PostgreSQL JDBC " + Driver.class.getPackage().getImplementationVersion());
    }

    /** Begins anew and applies so many events, from the first; returns the nanoseconds that it took. */
    private long fill(long count) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("truncate order_summary");
        }
        connection.commit();
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", kafka,
                "group.id", "order-listener",
                "enable.auto.commit", false,
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                var statements = new Statements(connection)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long begun = System.nanoTime();
            long applied = 0;
            while (applied < count) {
                for (ConsumerRecord<byte[], byte[]> event : consumer.poll(Duration.ofSeconds(1))) {
                    if (applied < count) {
                        apply(event, statements);
                        applied++;
                    }
                }
                consumer.commitSync();
            }
            return System.nanoTime() - begun;
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> event, Statements statements) throws SQLException {
        String type = text(event, "ce_type");
        long version = Long.parseLong(text(event, "ce_sequence"));
        JsonNode order = json.readTree(event.value());
        if (type.equals("OrderCreated")) {
            insert(order, version, statements.insert);
        } else {
            update(order, type, version, statements.update);
        }
        connection.commit();
    }

    private static void insert(JsonNode order, long version, PreparedStatement insert) throws SQLException {
        insert.setString(1, order.get("orderId").stringValue());
        insert.setString(2, order.get("product").stringValue());
        insert.setInt(3, order.get("quantity").intValue());
        insert.setBigDecimal(4, order.get("unitPrice").decimalValue());
        insert.setString(5, order.get("customerId").stringValue());
        insert.setString(6, order.get("country").stringValue());
        insert.setObject(7, OffsetDateTime.parse(order.get("orderedAt").stringValue()));
        insert.setString(8, "CREATED");
        insert.setLong(9, version);
        insert.executeUpdate();
    }

    private static void update(JsonNode order, String type, long version, PreparedStatement update)
            throws SQLException {
        update.setString(1, type.substring("Order".length()).toUpperCase(java.util.Locale.ROOT));
        update.setLong(2, version);
        update.setString(3, order.get("orderId").stringValue());
        update.setLong(4, version);
        update.executeUpdate();
    }

    private static String text(ConsumerRecord<byte[], byte[]> event, String header) {
        return new String(event.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }

    private static final class Statements implements AutoCloseable {

        private final PreparedStatement insert;
        private final PreparedStatement update;

        Statements(Connection connection) throws SQLException {
            insert = connection.prepareStatement(INSERT);
            update = connection.prepareStatement(UPDATE);
        }

        @Override
        public void close() throws SQLException {
            insert.close();
            update.close();
        }
    }
}
