package io.diptych.bench.rival.pekko;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import org.apache.pekko.projection.eventsourced.EventEnvelope;
import org.apache.pekko.projection.jdbc.javadsl.JdbcHandler;

/** A group of events into rows, in the transaction of the projection's offset. */
final class OrderSummaryHandler extends JdbcHandler<List<EventEnvelope<OrderEvent>>, JdbcConnection> {

    static final String TABLE = """
            create table order_summary (
              order_id text primary key, product text not null, quantity int not null, unit_price numeric,
              customer_id text, country text, ordered_at timestamptz, status text not null, version bigint not null);
            create index on order_summary (customer_id);
            create index on order_summary (status)""";

    private static final String INSERT = "insert into order_summary values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String UPDATE = "update order_summary set status = ?, version = ? where order_id = ?";

    @Override
    public void process(JdbcConnection session, List<EventEnvelope<OrderEvent>> events) throws Exception {
        int unused = session.withConnection(connection -> {
            write(connection, events);
            return events.size();
        });
    }

    /** Orders that are new, then what became of them and of others: a group has both in the order of each entity. */
    private static void write(Connection connection, List<EventEnvelope<OrderEvent>> events) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT);
                PreparedStatement update = connection.prepareStatement(UPDATE)) {
            for (EventEnvelope<OrderEvent> envelope : events) {
                switch (envelope.event()) {
                    case OrderEvent.Created created -> add(insert, created.data(), envelope.sequenceNr());
                    case OrderEvent.Moved moved -> {
                        update.setString(1, moved.status());
                        update.setLong(2, envelope.sequenceNr());
                        update.setString(3, moved.orderId());
                        update.addBatch();
                    }
                }
            }
            insert.executeBatch();
            update.executeBatch();
        }
    }

    private static void add(PreparedStatement insert, OrderData data, long version) throws SQLException {
        insert.setString(1, data.orderId());
        insert.setString(2, data.product());
        insert.setObject(3, data.quantity());
        insert.setBigDecimal(4, data.unitPrice());
        insert.setString(5, data.customerId());
        insert.setString(6, data.country());
        insert.setTimestamp(7, data.orderedAt() == null ? null : Timestamp.from(data.orderedAt()));
        insert.setString(8, "CREATED");
        insert.setLong(9, version);
        insert.addBatch();
    }
}
