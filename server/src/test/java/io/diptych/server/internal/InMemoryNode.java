package io.diptych.server.internal;

import io.diptych.App;
import io.diptych.command.AggregateHistory;
import io.diptych.command.CommandGateway;
import io.diptych.command.CommandReply;
import io.diptych.command.CommandRequest;
import io.diptych.command.CommandStatus;
import io.diptych.command.Decision;
import io.diptych.kafka.Json;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.Metadata;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.DeadLetters;
import io.diptych.projection.Filter;
import io.diptych.projection.Generation;
import io.diptych.projection.Generations;
import io.diptych.projection.Lag;
import io.diptych.projection.LateEvents;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModelQueries;
import io.diptych.projection.ReadModelStatus;
import io.diptych.projection.RowStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The ports of the HTTP API, in memory, with switches for what can go wrong behind them. */
final class InMemoryNode implements Backend, CommandGateway, ReadModelQueries {

    final InMemoryHistory history = new InMemoryHistory();
    final InMemoryGenerations generations = new InMemoryGenerations();
    final InMemoryLetters letters = new InMemoryLetters();
    final InMemoryLate late = new InMemoryLate();
    private final Flows flows;
    private final Map<String, Boolean> states = new TreeMap<>();
    private final Map<String, Long> versions = new TreeMap<>();
    private final Map<String, CommandReply> results = new TreeMap<>();
    private final Map<String, Map<String, @Nullable Object>> rows = new TreeMap<>();
    private long offset;
    private long position;

    final List<CommandRequest> received = new CopyOnWriteArrayList<>();
    volatile boolean kafkaUp = true;
    volatile boolean confirms = true;
    volatile boolean replies = true;
    volatile boolean projects = true;
    volatile @Nullable RuntimeException bug;
    volatile @Nullable Freshness lastFreshness;
    volatile List<Filter> lastFilters = List.of();
    volatile @Nullable String lastKey;
    final InMemoryStreams streams = new InMemoryStreams();

    InMemoryNode(Flows flows) {
        this.flows = flows;
    }

    @Override
    public App app() {
        return Orders.APP;
    }

    @Override
    public CommandGateway commands() {
        return this;
    }

    @Override
    public AggregateHistory history() {
        return history;
    }

    @Override
    public ReadModelQueries queries() {
        return this;
    }

    @Override
    public Generations generations() {
        return generations;
    }

    @Override
    public DeadLetters deadLetters() {
        return letters;
    }

    @Override
    public LateEvents lateEvents() {
        return late;
    }

    @Override
    public List<LateEvents.Depth> late() {
        return late.depths();
    }

    @Override
    public List<DeadLetters.Depth> parked() {
        return letters.depths();
    }

    @Override
    public boolean followsReadModels() {
        return true;
    }

    @Override
    public List<CommandStatus> engines() {
        return List.of(new CommandStatus("order", CommandStatus.State.RUNNING, null, Instant.EPOCH, Map.of(0, true)));
    }

    @Override
    public List<ProjectionStatus> projections() {
        return List.of(new ProjectionStatus(
                "order_summary",
                1,
                ProjectionStatus.State.RUNNING,
                null,
                Instant.EPOCH,
                Map.of(0, new ProjectionStatus.Partition(position, 3, 7))));
    }

    @Override
    public List<ReadModelStatus> readModels() {
        var lag = new Lag(3L, Duration.ofMillis(4500));
        var unknown = new ReadModelStatus.Partition(
                1, null, Lag.UNKNOWN, 0, ProjectionStatus.State.WAITING, "no node has it", Instant.EPOCH, null);
        var behind = new ReadModelStatus.Partition(
                0, position, lag, 2.25, ProjectionStatus.State.CATCHING_UP, null, Instant.EPOCH, "node-1");
        return List.of(new ReadModelStatus(
                new Generation("order_summary", 1, 1, Generation.State.SERVING, Instant.EPOCH),
                ProjectionStatus.State.WAITING,
                "no node has it",
                Instant.EPOCH,
                lag.plus(Lag.UNKNOWN),
                2.25,
                List.of(behind, unknown)));
    }

    @Override
    public List<Part> parts() {
        return List.of(new Part("kafka", kafkaUp, kafkaUp ? null : "no broker answers", Instant.EPOCH));
    }

    @Override
    public synchronized Submission send(CommandRequest request) {
        received.add(request);
        if (bug != null) {
            throw bug;
        }
        if (!kafkaUp) {
            throw Problem.Type.UNAVAILABLE.exception("Kafka at [localhost:9092] does not answer");
        }
        Orders.Command command = decode(request);
        var stored = new CompletableFuture<Place>();
        var reply = new CompletableFuture<Reply>();
        if (confirms) {
            stored.complete(new Place("orders.order.commands", 0, offset));
        }
        if (replies) {
            CommandReply outcome = results.computeIfAbsent(request.id(), id -> decide(command, request));
            reply.complete(new Reply(outcome, Instant.now()));
        }
        return new Submission("order", command.getClass().getSimpleName(), command.orderId(), stored, reply);
    }

    private static Orders.Command decode(CommandRequest request) {
        Class<? extends Orders.Command> type = switch (request.type()) {
            case "CreateOrder", "create_order" -> Orders.CreateOrder.class;
            case "CancelOrder", "cancel_order" -> Orders.CancelOrder.class;
            default ->
                throw Problem.Type.UNKNOWN_COMMAND.exception(
                        "There is no command [" + request.type() + "]: the app has CreateOrder and CancelOrder");
        };
        JsonNode tree;
        try {
            tree = Json.mapper().readTree(request.body());
        } catch (JacksonException e) {
            throw Problem.Type.MALFORMED.exception("The body is not JSON: " + e.getOriginalMessage());
        }
        if (tree.get("orderId") == null) {
            throw Problem.Type.INVALID_COMMAND.exception("The field [orderId] is missing");
        }
        return Json.mapper().treeToValue(tree, type);
    }

    private CommandReply decide(Orders.Command command, CommandRequest request) {
        String id = command.orderId();
        long version = versions.getOrDefault(id, 0L);
        if (request.expectedVersion() != null && request.expectedVersion() != version) {
            return new CommandReply.Refused(Problem.Type.VERSION_CONFLICT.with(
                    "The order [" + id + "] is at version [" + version + "], not [" + request.expectedVersion() + "]",
                    Map.of("currentVersion", version)));
        }
        var metadata = new Metadata(request.id(), Instant.now(), request.id(), null, request.traceparent());
        return switch (Orders.ORDER.decider().decide(command, states.getOrDefault(id, false), metadata)) {
            case Decision.Rejected<Orders.Event> rejected ->
                new CommandReply.Refused(
                        Problem.Type.REJECTED.with(rejected.message(), Map.of("code", rejected.code())));
            case Decision.Accepted<Orders.Event> accepted -> {
                states.put(id, true);
                versions.put(id, version + accepted.events().size());
                for (Orders.Event event : accepted.events()) {
                    apply(id, version + 1, event);
                    history.add(id, event, metadata, offset);
                    offset++;
                }
                if (projects) {
                    catchUp();
                }
                yield new CommandReply.Accepted(
                        "order",
                        id,
                        version + accepted.events().size(),
                        Orders.eventTypes(accepted.events()),
                        ConsistencyToken.of("order", 0, offset - 1));
            }
        };
    }

    synchronized void catchUp() {
        position = offset;
        flows.moved("order_summary", 0, position);
        flows.moved("product_demand", 0, position);
        notifyAll();
    }

    private void apply(String id, long version, Orders.Event event) {
        var row = rows.computeIfAbsent(id, key -> new LinkedHashMap<>());
        row.put("orderId", id);
        row.put("version", version);
        switch (event) {
            case Orders.OrderCreated created -> {
                row.put("status", "CREATED");
                row.put("product", created.product());
                row.put("reason", null);
            }
            case Orders.OrderCancelled cancelled -> {
                row.put("status", "CANCELLED");
                row.put("reason", cancelled.reason());
            }
        }
    }

    @Override
    public synchronized Row find(String readModel, String key, Freshness freshness) {
        requireFresh(readModel, freshness);
        if (readModel.equals("product_demand")) {
            long orders = rows.values().stream()
                    .filter(r -> key.equals(r.get("product")))
                    .count();
            return new Row(orders == 0 ? null : new LinkedHashMap<>(Map.of("product", key, "orders", orders)), seen());
        }
        return new Row(rows.get(key), seen());
    }

    private Seen seen() {
        return new Seen(
                position == 0 ? new ConsistencyToken(List.of()) : ConsistencyToken.of("order", 0, position - 1),
                new Lag(offset - position, Duration.ofMillis(1250)));
    }

    @Override
    public synchronized Page list(String readModel, ListQuery query, Freshness freshness) {
        requireFresh(readModel, freshness);
        lastFilters = query.filters();
        requireFields(query.filters());
        var matching = new ArrayList<Map<String, @Nullable Object>>();
        for (Map<String, @Nullable Object> row : rows.values()) {
            if (query.filters().stream().allMatch(f -> f.values().contains(String.valueOf(row.get(f.field()))))) {
                matching.add(row);
            }
        }
        int from = query.cursor() == null ? 0 : Integer.parseInt(query.cursor());
        int to = Math.min(matching.size(), from + query.limit());
        return new Page(
                List.copyOf(matching.subList(from, to)),
                to < matching.size() ? Integer.toString(to) : null,
                query.count() ? (Long) (long) matching.size() : null,
                seen());
    }

    @Override
    public synchronized Result query(String name, Map<String, String> parameters, Freshness freshness) {
        if (!name.equals("by_status")) {
            throw Problem.Type.UNKNOWN_QUERY.exception("There is no query [" + name + "], only [by_status]");
        }
        requireFresh("order_summary", freshness);
        long orders = rows.values().stream()
                .filter(row -> String.valueOf(row.get("status")).equals(parameters.get("status")))
                .count();
        return new Result(List.of(new LinkedHashMap<>(Map.of("orders", orders))), seen());
    }

    @Override
    public RowStream stream(String readModel, @Nullable String key, List<Filter> filters, @Nullable String lastId) {
        requireKnown(readModel);
        requireFields(filters);
        lastKey = key;
        lastFilters = filters;
        if (readModel.equals("product_demand")) {
            throw Problem.Type.NOT_WATCHED.exception("It keeps no changes: give it .withChangeLog(ChangeLog.DEFAULT)");
        }
        return streams.open(lastId);
    }

    private static void requireKnown(String readModel) {
        if (Orders.APP.readModels().stream().noneMatch(m -> m.name().equals(readModel))) {
            throw Problem.Type.UNKNOWN_READ_MODEL.exception("There is no read model [" + readModel + "]");
        }
    }

    private static void requireFields(List<Filter> filters) {
        filters.forEach(filter -> {
            if (!List.of("orderId", "status", "version", "product").contains(filter.field())) {
                throw Problem.Type.INVALID_QUERY.exception(
                        "The read model [order_summary] has no field [" + filter.field() + "]");
            }
        });
    }

    private void requireFresh(String readModel, Freshness freshness) {
        lastFreshness = freshness;
        requireKnown(readModel);
        ConsistencyToken token = freshness.token();
        long until = System.nanoTime() + freshness.maxWait().toNanos();
        while (token != null && token.points().getFirst().offset() >= position) {
            long millis = (until - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new ProblemException(Problem.Type.NOT_CAUGHT_UP.with(
                        "The read model [" + readModel + "] has not reached [" + token + "] within "
                                + freshness.maxWait().toMillis() + " ms",
                        Map.of("readModel", readModel)));
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
