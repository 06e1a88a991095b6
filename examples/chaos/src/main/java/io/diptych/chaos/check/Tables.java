package io.diptych.chaos.check;

import io.diptych.App;
import io.diptych.chaos.check.RunLog.Event;
import io.diptych.chaos.load.Gateways;
import io.diptych.message.ConsistencyToken;
import io.diptych.projection.ReadModel;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads all rows through the API, as fresh as the end of the log: the token of each partition's last event. */
public final class Tables {

    private static final Duration CATCHES_UP_WITHIN = Duration.ofSeconds(60);

    private final App app;
    private final Gateways gateways;

    /** Reads from those gateways. */
    public Tables(App app, Gateways gateways) {
        this.app = app;
        this.gateways = gateways;
    }

    /** By read model; one that does not catch up in a minute is not there. */
    public Map<String, List<Map<String, Object>>> read(RunLog log) throws InterruptedException {
        var tables = new HashMap<String, List<Map<String, Object>>>();
        for (ReadModel<?, ?> model : app.readModels()) {
            List<Map<String, Object>> rows = rows(model, log);
            if (rows != null) {
                tables.put(model.name(), rows);
            }
        }
        return tables;
    }

    /** Of one read model; empty when it does not catch up in a minute. */
    public List<Map<String, Object>> read(String readModel, RunLog log) throws InterruptedException {
        for (ReadModel<?, ?> model : app.readModels()) {
            if (model.name().equals(readModel)) {
                List<Map<String, Object>> rows = rows(model, log);
                return rows == null ? List.of() : rows;
            }
        }
        throw new IllegalArgumentException("There is no read model [" + readModel + "]");
    }

    private @Nullable List<Map<String, Object>> rows(ReadModel<?, ?> model, RunLog log) throws InterruptedException {
        String token = token(model.aggregate().name(), log);
        var rows = new ArrayList<Map<String, Object>>();
        String cursor = "";
        while (true) {
            Map<String, Object> page = page(model.name(), cursor, token);
            if (page == null || !(page.get("rows") instanceof List<?> list)) {
                return null;
            }
            for (Object row : list) {
                rows.add(row(row));
            }
            if (!(page.get("cursor") instanceof String next)) {
                return rows;
            }
            cursor = "&cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
        }
    }

    @SuppressWarnings("unchecked") // A JSON object.
    private static Map<String, Object> row(Object row) {
        return (Map<String, Object>) row;
    }

    private @Nullable Map<String, Object> page(String model, String cursor, String token) throws InterruptedException {
        long deadline = System.nanoTime() + CATCHES_UP_WITHIN.toNanos();
        Map<String, Object> page = gateways.page(model, "limit=1000" + cursor, token);
        while (page == null && System.nanoTime() < deadline) {
            Thread.sleep(500);
            page = gateways.page(model, "limit=1000" + cursor, token);
        }
        return page;
    }

    private static String token(String aggregate, RunLog log) {
        return new ConsistencyToken(log.events().stream()
                        .filter(event -> event.aggregate().equals(aggregate))
                        .map(Event::recorded)
                        .map(e -> new ConsistencyToken.Point(aggregate, e.partition(), e.offset()))
                        .toList())
                .toString();
    }
}
