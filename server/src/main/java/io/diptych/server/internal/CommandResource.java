package io.diptych.server.internal;

import io.diptych.command.CommandGateway.Reply;
import io.diptych.command.CommandGateway.Submission;
import io.diptych.command.CommandReply;
import io.diptych.command.CommandRequest;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.server.internal.RequestHeaders.Preferences;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/commands/{type}}: sends a command and hands back its owner's reply. */
final class CommandResource {

    private final Backend backend;
    private final Flows flows;
    private final Origins origins;
    private final InFlight inFlight;
    private final Duration timeout;

    CommandResource(Backend backend, Flows flows, ServerSettings settings) {
        this.backend = backend;
        this.flows = flows;
        this.origins = new Origins(settings.host(), settings.allowedOrigins());
        this.inFlight = new InFlight("commands", settings.maxInFlight());
        this.timeout = settings.commandTimeout();
    }

    int inFlight() {
        return inFlight.count();
    }

    void post(Exchange exchange) throws InterruptedException {
        origins.requireAllowed(exchange);
        Body.requireJson(exchange);
        try (var place = inFlight.enter(exchange.contentLength().orElse(-1))) {
            handle(exchange);
        }
    }

    private void handle(Exchange exchange) throws InterruptedException {
        String type = exchange.path("type");
        String chosen = RequestHeaders.idempotencyKey(exchange.header("Idempotency-Key"));
        String commandId = chosen == null ? UUID.randomUUID().toString() : chosen;
        Long expectedVersion = RequestHeaders.expectedVersion(exchange.header("If-Match"));
        Preferences preferences = RequestHeaders.prefer(exchange.header("Prefer"));
        String traceparent = RequestHeaders.traceparent(exchange.header("traceparent"));
        byte[] body = Body.read(exchange);

        exchange.set("Idempotency-Key", commandId);
        exchange.noStore();
        Flow flow = flows.begin(commandId, type, body);
        try {
            var request = new CommandRequest(type, body, commandId, expectedVersion, traceparent);
            long sentNanos = System.nanoTime();
            Submission submission = backend.commands().send(request);
            flow.submitted(submission, sentNanos);
            answer(exchange, preferences, commandId, submission);
        } catch (ProblemException e) {
            flow.failed(e.problem());
            throw e;
        }
    }

    private void answer(Exchange exchange, Preferences preferences, String commandId, Submission submission)
            throws InterruptedException {
        Duration wait = preferences.wait(timeout);
        if (preferences.respondAsync()) {
            if (await(submission.stored(), wait) == null) {
                throw notConfirmed(commandId, wait);
            }
            exchange.set("Preference-Applied", "respond-async");
            accepted(exchange, commandId, submission, null);
            return;
        }
        if (preferences.waitAsked() != null) {
            exchange.set("Preference-Applied", "wait=" + wait.toSeconds());
        }
        Reply reply = await(replyOf(submission), wait);
        if (reply != null) {
            answer(exchange, reply.outcome());
        } else if (submission.stored().isDone()) {
            accepted(
                    exchange,
                    commandId,
                    submission,
                    "The command is durable, but its owner has not replied within " + wait.toSeconds()
                            + " s: send it again with the same Idempotency-Key to ask for the result");
        } else {
            throw notConfirmed(commandId, wait);
        }
    }

    private static void answer(Exchange exchange, CommandReply outcome) {
        switch (outcome) {
            case CommandReply.Accepted accepted -> {
                var body = new LinkedHashMap<String, Object>();
                body.put("aggregate", accepted.aggregate());
                body.put("id", accepted.id());
                body.put("version", accepted.version());
                body.put("events", accepted.events());
                body.put("token", accepted.token().toString());
                exchange.set("Consistency-Token", accepted.token().toString());
                exchange.set("ETag", "\"" + accepted.version() + "\"");
                exchange.json(200, body);
            }
            case CommandReply.Refused refused -> throw new ProblemException(refused.problem());
        }
    }

    private static void accepted(Exchange exchange, String commandId, Submission submission, @Nullable String detail) {
        var body = new LinkedHashMap<String, Object>();
        body.put("aggregate", submission.aggregate());
        body.put("id", submission.aggregateId());
        body.put("commandId", commandId);
        if (detail != null) {
            body.put("detail", detail);
        }
        String encoded = URLEncoder.encode(commandId, StandardCharsets.UTF_8).replace("+", "%20");
        exchange.set("Location", "/api/flows/" + encoded);
        exchange.json(202, body);
    }

    private static ProblemException notConfirmed(String commandId, Duration waited) {
        return new ProblemException(Problem.Type.UNAVAILABLE.with(
                "Kafka has not confirmed the command [" + commandId + "] within " + waited.toSeconds()
                        + " s, so it may or may not take effect: send it again with the same Idempotency-Key",
                Map.of("commandId", commandId)));
    }

    /** The reply, or the failure to store the command, whichever is known first. */
    private static CompletableFuture<Reply> replyOf(Submission submission) {
        return submission
                .reply()
                .applyToEither(submission.stored().thenCompose(place -> submission.reply()), Function.identity());
    }

    /** The future's value, or null when it has none in time. */
    private static <T> @Nullable T await(CompletableFuture<T> future, Duration wait) throws InterruptedException {
        try {
            return future.get(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TimeoutException) {
                return null; // The gateway waits no longer: it has too many replies outstanding.
            }
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw new IllegalStateException("The gateway failed on a command", e.getCause());
        }
    }
}
