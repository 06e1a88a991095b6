package io.diptych.server.internal;

import io.diptych.App;
import io.diptych.postgres.Postgres;
import io.diptych.postgres.Worker;
import io.diptych.postgres.Workers;
import io.diptych.projection.Generation;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModelStatus;
import io.diptych.projection.internal.LogEnds;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows how all read models are doing, also those that other nodes keep current. Once a second it tells the others of
 * this node's projections and hears of theirs; what it hears last, it still knows while the database is away.
 */
public final class ReadModelMonitor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReadModelMonitor.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    private final String node;
    private final Workers workers;
    private final Supplier<List<ProjectionStatus>> own;
    private final ReadModelStates states;
    private final Positions positions = new Positions();
    private final Rates<Positions.Partition> rates = new Rates<>();
    private final AutoCloseable registration;
    private final Thread thread;
    private boolean told;
    private volatile boolean closed;
    private volatile List<Worker> mine = List.of();
    private volatile List<Worker> heard = List.of();
    private volatile List<Generation> generations = List.of();
    private volatile long heardAt;

    /**
     * Starts to listen.
     *
     * @param node this node's name
     * @param own projections
     */
    public ReadModelMonitor(
            App app, String node, LogEnds ends, Postgres postgres, Supplier<List<ProjectionStatus>> own) {
        this.node = node;
        this.workers = postgres.workers();
        this.own = own;
        this.states = new ReadModelStates(app, ends, positions);
        this.heardAt = System.nanoTime();
        this.registration = postgres.onProgress(move -> positions.moved(move, System.nanoTime()));
        this.thread = Thread.ofPlatform().name("read-model-monitor").daemon().start(this::run);
    }

    /** How all read models are doing, as far as this node knows. */
    public List<ReadModelStatus> statuses() {
        return states.of(generations, all(), Duration.ofNanos(System.nanoTime() - heardAt));
    }

    private void run() {
        while (!closed) {
            mine = mine();
            exchange();
            statuses(); // Notes since when what is so.
            try {
                Thread.sleep(EVERY);
            } catch (InterruptedException e) {
                break;
            }
        }
        leave();
    }

    private List<Worker> mine() {
        List<ProjectionStatus> now = own.get();
        var applied = new HashMap<Positions.Partition, Long>();
        now.forEach(status -> status.partitions()
                .forEach((partition, at) -> applied.put(partition(status, partition), at.applied())));
        rates.add(System.nanoTime(), applied);
        return now.stream().map(this::worker).toList();
    }

    private Worker worker(ProjectionStatus status) {
        var perSecond = new TreeMap<Integer, Double>();
        status.partitions()
                .keySet()
                .forEach(partition -> perSecond.put(partition, rates.perSecond(partition(status, partition))));
        return new Worker(
                status.readModel(),
                status.generation(),
                node,
                status.state(),
                status.reason(),
                status.since(),
                perSecond,
                Duration.ZERO);
    }

    private static Positions.Partition partition(ProjectionStatus status, int partition) {
        return new Positions.Partition(status.readModel(), status.generation(), partition);
    }

    private void exchange() {
        try {
            if (!mine.isEmpty()) {
                workers.tell(node, mine);
                told = true;
            }
            long begun = System.nanoTime();
            Workers.News news = workers.hear();
            positions.read(news.positions(), begun);
            heard = news.workers();
            generations = news.generations();
            heardAt = begun;
        } catch (StoreUnavailableException e) {
            LOG.debug("{}", e.getMessage());
        }
    }

    /** This node's own as they are now, and the others as they told. */
    private List<Worker> all() {
        Duration since = Duration.ofNanos(System.nanoTime() - heardAt);
        var all = new ArrayList<>(mine);
        for (Worker worker : heard) {
            if (!worker.node().equals(node)) {
                all.add(new Worker(
                        worker.readModel(),
                        worker.generation(),
                        worker.node(),
                        worker.state(),
                        worker.reason(),
                        worker.since(),
                        worker.rates(),
                        worker.age().plus(since)));
            }
        }
        return all;
    }

    private void leave() {
        try {
            if (told) {
                workers.leave(node);
            }
        } catch (StoreUnavailableException e) {
            LOG.debug("{}", e.getMessage());
        }
    }

    @Override
    public void close() throws Exception {
        closed = true;
        registration.close();
        thread.interrupt();
        thread.join(Duration.ofSeconds(2));
    }
}
