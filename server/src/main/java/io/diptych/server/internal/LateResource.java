package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.projection.LateEvents.Admitted;
import io.diptych.projection.LateEvents.Detail;
import io.diptych.projection.LateEvents.Late;
import io.diptych.projection.LateEvents.State;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/late…}: events that came after their windows were closed, and what to do about them. */
final class LateResource {

    private static final String LIST = "/api/late/";

    private final Backend backend;
    private final Origins origins;

    LateResource(Backend backend, ServerSettings settings) {
        this.backend = backend;
        this.origins = new Origins(settings.host(), settings.allowedOrigins());
    }

    void depths(Exchange exchange) {
        WaitingEvents.answer(exchange, Map.of("readModels", backend.lateEvents().depths()));
    }

    void list(Exchange exchange) {
        Map<String, String> parameters = QueryParameters.only(exchange, Set.of("state", "limit", "cursor"));
        int limit =
                QueryParameters.limit(parameters.get("limit"), WaitingEvents.DEFAULT_LIMIT, WaitingEvents.MAX_LIMIT);
        WaitingEvents.page(
                exchange,
                "events",
                backend.lateEvents()
                        .list(
                                exchange.path("readModel"),
                                state(parameters.getOrDefault("state", State.WAITING.written())),
                                limit,
                                parameters.get("cursor")),
                LateResource::late);
    }

    private static State state(String written) {
        return Arrays.stream(State.values())
                .filter(state -> state.written().equals(written))
                .findFirst()
                .orElseThrow(() -> Problem.Type.INVALID_QUERY.exception("The state [" + written + "] is none of "
                        + Arrays.stream(State.values()).map(State::written).toList()));
    }

    void find(Exchange exchange) {
        Detail detail = backend.lateEvents().find(exchange.path("readModel"), id(exchange));
        Map<String, @Nullable Object> body = late(detail.late());
        body.put("event", WaitingEvents.payload(detail.payload()));
        body.put("headers", WaitingEvents.headers(detail.headers()));
        WaitingEvents.answer(exchange, body);
    }

    void admit(Exchange exchange) {
        origins.requireAllowed(exchange);
        boolean preview = QueryParameters.flag(QueryParameters.only(exchange, Set.of("preview")), "preview");
        String by = preview ? "" : WaitingEvents.by(exchange);
        answer(exchange, backend.lateEvents().admit(exchange.path("readModel"), id(exchange), by, preview));
    }

    void admitAll(Exchange exchange) {
        origins.requireAllowed(exchange);
        Map<String, String> parameters = QueryParameters.only(exchange, Set.of("all", "preview", "after"));
        requireAll(parameters, "admit");
        boolean preview = QueryParameters.flag(parameters, "preview");
        String by = preview ? "" : WaitingEvents.by(exchange);
        answer(
                exchange,
                backend.lateEvents().admitAll(exchange.path("readModel"), by, preview, parameters.get("after")));
    }

    void discard(Exchange exchange) {
        origins.requireAllowed(exchange);
        WaitingEvents.Reason reason = WaitingEvents.reason(exchange);
        backend.lateEvents().discard(exchange.path("readModel"), id(exchange), reason.by(), reason.reason());
        WaitingEvents.answer(exchange, Map.of("discarded", 1));
    }

    void discardAll(Exchange exchange) {
        origins.requireAllowed(exchange);
        requireAll(QueryParameters.only(exchange, Set.of("all")), "discard");
        WaitingEvents.Reason reason = WaitingEvents.reason(exchange);
        long discarded = backend.lateEvents().discardAll(exchange.path("readModel"), reason.by(), reason.reason());
        WaitingEvents.answer(exchange, Map.of("discarded", discarded));
    }

    private static void requireAll(Map<String, String> parameters, String what) {
        if (!QueryParameters.flag(parameters, "all")) {
            throw Problem.Type.INVALID_QUERY.exception(
                    "Say what to " + what + ": all=true, or one with POST /api/late/{readModel}/{id}/" + what);
        }
    }

    private static Map<String, @Nullable Object> late(Late late) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("id", late.id());
        body.put("type", late.type());
        body.put("eventId", late.eventId());
        body.put("partition", late.partition());
        body.put("offset", late.offset());
        body.put("time", late.time());
        body.put("watermark", late.watermark());
        body.put("windows", late.windows());
        body.put("keys", late.keys());
        body.put("since", late.since());
        body.put("state", late.state().written());
        if (late.settled() != null) {
            body.put("settled", late.settled());
        }
        return body;
    }

    private static void answer(Exchange exchange, Admitted admitted) {
        WaitingEvents.answer(exchange, admitted);
    }

    private static long id(Exchange exchange) {
        return WaitingEvents.id(exchange, "late event", LIST);
    }
}
