package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.embedded.EmbeddedPostgresServer;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.ChangeLog;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.RowStream;
import io.diptych.projection.internal.LogEnds;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database goes away and comes back. */
class OutageTest {

    private final ReadModel<String, Item> items =
            Fixture.model("items", Item.class).withChangeLog(ChangeLog.DEFAULT);
    private final int port = freePort();
    private final PostgresSettings settings = PostgresSettings.of(
                    "jdbc:postgresql://localhost:" + port + "/postgres", "postgres", "unused")
            .withQueryTimeout(Duration.ofSeconds(1));
    private final Postgres postgres =
            Postgres.open(Fixture.app("outage", items), settings, new LogEnds(), Fixture.JSON);
    private final RowStore<Item> store = postgres.store().rows(items, 1);

    @TempDir
    private Path directory;

    private @Nullable EmbeddedPostgresServer server;

    @AfterEach
    void stop() {
        postgres.close();
        stopServer();
    }

    @Test
    void while_the_database_is_away_callers_hear_so_at_once_and_all_goes_on_afterwards() throws Exception {
        assertThat(postgres.ready()).isFalse();
        assertThatThrownBy(postgres::ensureSchema).isInstanceOf(StoreUnavailableException.class);

        startServer();
        untilItWorks(postgres::ensureSchema);
        untilItWorks(() -> apply(0, 1));
        var heard = new LinkedBlockingQueue<Progress>();
        var watched = new Watched("id");
        try (var registration = postgres.onProgress(heard::add);
                RowStream stream = postgres.queries().stream("items", null, List.of(), null)) {
            watched.await(stream, 2);
            assertThat(registration).isNotNull();
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new Progress("items", 1, 0, 1));
            CompletableFuture<@Nullable Object> waiting = CompletableFuture.supplyAsync(() -> postgres.queries()
                    .find("items", "a", fresh(5, Duration.ofSeconds(60)))
                    .fields());

            stopServer();

            assertUnavailable(() -> get(waiting));
            assertUnavailable(() -> stream.next(Duration.ofSeconds(20)));
            assertThatThrownBy(() -> apply(1, 2)).isInstanceOf(StoreUnavailableException.class);
            assertUnavailable(
                    () -> postgres.queries().find("items", "a", Freshness.NONE).fields());
            assertOneOfManyTriesAndTheOthersFailAtOnce();

            startServer();
            untilItWorks(() -> assertThat(Fixture.position(store, 0)).isEqualTo(1));
            apply(1, 2);
            assertThat(postgres.queries()
                            .find("items", "a", fresh(1, Duration.ofSeconds(30)))
                            .fields())
                    .containsEntry("quantity", 2);
            watched.await(stream, 3);
            assertThat(watched.events()).last().asString().startsWith("changed").contains("\"quantity\":2");
            heard.clear();
            for (int position = 2; heard.poll(100, TimeUnit.MILLISECONDS) == null; position++) {
                assertThat(position).isLessThan(100);
                apply(position, position + 1);
            }
        }
    }

    @Test
    void a_frozen_database_does_not_hold_up_queries() throws Exception {
        startServer();
        untilItWorks(postgres::ensureSchema);
        // The pool may just be waiting to try the server again that was not there before.
        untilItWorks(() -> assertThat(
                        postgres.queries().find("items", "a", Freshness.NONE).fields())
                .isNull());
        List<@Nullable String> pids = Fixture.sql(
                settings,
                "select pid from pg_stat_activity union all select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)::int");
        signal("-STOP", pids);
        try {
            long begun = System.nanoTime();

            assertUnavailable(
                    () -> postgres.queries().find("items", "a", Freshness.NONE).fields());
            assertUnavailable(
                    () -> postgres.queries().find("items", "a", Freshness.NONE).fields());

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        } finally {
            signal("-CONT", pids);
        }
        untilItWorks(() -> assertThat(
                        postgres.queries().find("items", "a", Freshness.NONE).fields())
                .isNull());
    }

    private void assertOneOfManyTriesAndTheOthersFailAtOnce() {
        var calls = new java.util.ArrayList<CompletableFuture<Duration>>();
        try (var executor = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                calls.add(CompletableFuture.supplyAsync(
                        () -> {
                            long begun = System.nanoTime();
                            assertUnavailable(() -> postgres.queries()
                                    .find("items", "a", Freshness.NONE)
                                    .fields());
                            return Duration.ofNanos(System.nanoTime() - begun);
                        },
                        executor));
            }
        }
        assertThat(calls.stream().map(CompletableFuture::join).filter(d -> d.compareTo(Duration.ofSeconds(1)) < 0))
                .hasSizeGreaterThanOrEqualTo(18);
    }

    private static void get(CompletableFuture<?> future) {
        try {
            future.orTimeout(15, TimeUnit.SECONDS).join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw e;
        }
    }

    private static void assertUnavailable(org.assertj.core.api.ThrowableAssert.ThrowingCallable query) {
        assertThatThrownBy(query).isInstanceOfSatisfying(ProblemException.class, e -> {
            assertThat(e.problem().type()).isEqualTo(Problem.Type.UNAVAILABLE);
            assertThat(e.problem().detail()).doesNotContain("Exception", "localhost");
        });
    }

    private void apply(long from, long to) {
        Fixture.apply(
                store,
                Map.of(0, new Move(from, to)),
                Set.of("a"),
                stored -> Map.of("a", new Item("a", null, (int) to)));
    }

    private static Freshness fresh(long offset, Duration maxWait) {
        return new Freshness(ConsistencyToken.of("item", 0, offset), maxWait);
    }

    private static void untilItWorks(Runnable work) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                work.run();
                return;
            } catch (StoreUnavailableException | ProblemException e) {
                assertThat(System.nanoTime()).as("%s", e).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }
    }

    private static void signal(String signal, List<@Nullable String> pids) throws Exception {
        var command = new java.util.ArrayList<@Nullable String>(List.of("kill", signal));
        command.addAll(pids);
        new ProcessBuilder(command).start().waitFor();
    }

    private void startServer() {
        server = EmbeddedPostgresServer.start(directory.resolve("data"), port);
    }

    private void stopServer() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
