package io.diptych.bench.rival.pekko;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.diptych.bench.subject.Subject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.persistence.jdbc.query.javadsl.JdbcReadJournal;
import org.apache.pekko.persistence.jdbc.testkit.javadsl.SchemaUtils;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.projection.ProjectionBehavior;
import org.apache.pekko.projection.ProjectionId;
import org.apache.pekko.projection.eventsourced.EventEnvelope;
import org.apache.pekko.projection.eventsourced.javadsl.EventSourcedProvider;
import org.apache.pekko.projection.javadsl.GroupedProjection;
import org.apache.pekko.projection.javadsl.SourceProvider;
import org.apache.pekko.projection.jdbc.javadsl.JdbcProjection;

/** The whole of it in one process, which is a cluster of one. */
public final class Main {

    private static final int GROUP = 500;
    private static final Duration GROUPED_WITHIN = Duration.ofMillis(5);
    private static final long PATIENCE_SECONDS = 60;

    private Main() {}

    /** The broker, which is not needed, and the database. */
    public static void main(String[] args) throws Exception {
        Subject.listen(Map.of());
        Config config = ConfigFactory.parseMap(Map.of("pekko-persistence-jdbc.shared-databases.slick.db.url", args[1]))
                .withFallback(ConfigFactory.load());
        HikariDataSource database = database(args[1]);
        makeTable(database);
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "orders", config);
        Cluster cluster = Cluster.get(system);
        cluster.manager().tell(Join.create(cluster.selfMember().address()));
        SchemaUtils.createIfNotExists(system).toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        JdbcProjection.createTablesIfNotExists(() -> new JdbcConnection(database), system)
                .toCompletableFuture()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        ClusterSharding sharding = ClusterSharding.get(system);
        sharding.init(Entity.of(OrderEntity.KEY, OrderEntity::create));
        for (int i = 0; i < OrderEntity.TAGS; i++) {
            String tag = OrderEntity.tag(i);
            system.systemActorOf(ProjectionBehavior.create(projection(tag, database, system)), tag, Props.empty());
        }
        int port = new Routes(system, sharding, database).listen();
        Subject.ready(
                "http://127.0.0.1:" + port,
                "Pekko " + org.apache.pekko.actor.ActorSystem.Version() + ", Pekko Projection "
                        + JdbcProjection.class.getPackage().getImplementationVersion());
    }

    private static GroupedProjection<Offset, EventEnvelope<OrderEvent>> projection(
            String tag, DataSource database, ActorSystem<?> system) {
        SourceProvider<Offset, EventEnvelope<OrderEvent>> events =
                EventSourcedProvider.eventsByTag(system, JdbcReadJournal.Identifier(), tag);
        return JdbcProjection.groupedWithin(
                        ProjectionId.of("order-summary", tag),
                        events,
                        () -> new JdbcConnection(database),
                        OrderSummaryHandler::new,
                        system)
                .withGroup(GROUP, GROUPED_WITHIN);
    }

    private static HikariDataSource database(String jdbcUrl) {
        var settings = new HikariConfig();
        settings.setJdbcUrl(jdbcUrl);
        settings.setAutoCommit(false);
        settings.setMaximumPoolSize(8);
        return new HikariDataSource(settings);
    }

    private static void makeTable(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(OrderSummaryHandler.TABLE);
            connection.commit();
        }
    }
}
