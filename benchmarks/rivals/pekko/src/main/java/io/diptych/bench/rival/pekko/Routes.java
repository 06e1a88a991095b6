package io.diptych.bench.rival.pekko;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.marshallers.jackson.Jackson;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** Commands and queries over HTTP. */
final class Routes extends AllDirectives {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final ClusterSharding sharding;
    private final DataSource database;
    private final ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule());

    Routes(ActorSystem<?> system, ClusterSharding sharding, DataSource database) {
        this.system = system;
        this.sharding = sharding;
        this.database = database;
    }

    /** On a free port, which is returned. */
    int listen() throws InterruptedException, ExecutionException, TimeoutException {
        return Http.get(system)
                .newServerAt("127.0.0.1", 0)
                .bind(concat(commands(), queries()))
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .localAddress()
                .getPort();
    }

    private Route commands() {
        return post(() -> path(
                segment("api").slash("commands").slash(segment()),
                type -> entity(
                        Jackson.unmarshaller(json, OrderData.class),
                        data -> onSuccess(
                                handle(type, data),
                                version -> completeOK(
                                        Map.of("id", data.orderId(), "version", version), Jackson.marshaller(json))))));
    }

    private CompletionStage<Long> handle(String type, OrderData data) {
        return sharding.entityRefFor(OrderEntity.KEY, data.orderId())
                .askWithStatus(replyTo -> new OrderEntity.Handle(type, data, replyTo), PATIENCE);
    }

    private Route queries() {
        return get(() -> path(
                segment("api").slash("read-models").slash("order_summary").slash(segment()),
                id -> onSuccess(
                        find(id),
                        row -> row.isPresent()
                                ? completeOK(row.get(), Jackson.<Object>marshaller(json))
                                : complete(StatusCodes.NOT_FOUND))));
    }

    private CompletionStage<Optional<Object>> find(String id) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return row(id);
                    } catch (SQLException e) {
                        throw new IllegalStateException("The order [" + id + "] could not be looked up", e);
                    }
                },
                system.dispatchers().lookup(DispatcherSelector.blocking()));
    }

    private Optional<Object> row(String id) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement query =
                        connection.prepareStatement("select status, version from order_summary where order_id = ?")) {
            query.setString(1, id);
            try (ResultSet row = query.executeQuery()) {
                Optional<Object> found = row.next()
                        ? Optional.of(Map.of("orderId", id, "status", row.getString(1), "version", row.getLong(2)))
                        : Optional.empty();
                connection.rollback();
                return found;
            }
        }
    }
}
