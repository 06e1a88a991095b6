package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.ceiling.HttpEcho;
import io.diptych.bench.load.Callers;
import io.diptych.bench.load.HttpApi;
import io.diptych.bench.load.LifeCycle;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Workload;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The HTTP server that a node has, which answers at once. */
final class EchoWorkload implements Workload {

    static final Metric POST = Metric.rate("echo of a command", "requests/s");
    static final Metric GET = Metric.rate("echo of a row", "requests/s");

    private final Context context;
    private @Nullable Child child;
    private @Nullable HttpApi api;

    EchoWorkload(Context context) {
        this.context = context;
    }

    @Override
    public String name() {
        return HttpSuite.ECHO;
    }

    @Override
    public String description() {
        return "ceiling: the HTTP server of a node, answering a command with itself and a query with a fixed row";
    }

    @Override
    public void prepare() throws Exception {
        Child started = context.bed().start("http-echo", HttpEcho.class);
        child = started;
        api = new HttpApi(started.awaitReady(Bed.STARTS_WITHIN).address());
    }

    @Override
    public void round(Figures figures) throws Exception {
        HttpApi echo = requireNonNull(api);
        var orders = new LifeCycle("o-");
        var number = new AtomicLong();
        Callers.Outcome commands = Callers.run(context.extent().http(), caller -> {
            LifeCycle.Command command = orders.command(number.getAndIncrement());
            if (!echo.post("/echo", command.body()).equals(command.body())) {
                throw new IllegalStateException("The echo of a command is another one");
            }
        });
        figures.add(POST, commands.perSecond());
        Callers.Outcome rows = Callers.run(context.extent().http(), caller -> {
            if (!echo.get("/row", null).contains("\"orderId\"")) {
                throw new IllegalStateException("The echo of a row is no row");
            }
        });
        figures.add(GET, rows.perSecond());
    }

    @Override
    public void finish(Figures figures) {
        // Each answer was looked at.
    }

    @Override
    public void close() {
        if (api != null) {
            api.close();
        }
        if (child != null) {
            child.close();
        }
    }
}
