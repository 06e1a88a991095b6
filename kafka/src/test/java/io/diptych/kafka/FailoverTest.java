package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.command.CommandStatus;
import io.diptych.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long the partitions of a node that is killed stand still. */
class FailoverTest {

    private static final Logger LOG = LoggerFactory.getLogger(FailoverTest.class);
    private static final int PARTITIONS = 4;
    private static final int ROUNDS = 2;
    private static final int ROUNDS_WHEN_BUSY = 4;
    private static final Duration BOUND = ShopCluster.SESSION.plusSeconds(1);

    @TempDir
    private Path dir;

    @Test
    void the_survivor_answers_within_the_session_timeout_and_a_second_and_what_was_left_open_holds_up_nobody()
            throws Exception {
        try (var kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0);
                var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                var shop = new ShopCluster(kafka.bootstrapServers(), PARTITIONS);
                var events = new CommittedEvents(shop);
                var survivor = shop.start("survivor", dir.resolve("survivor"));
                var orders = new SteadyOrders(shop)) {
            var longest = new ArrayList<Duration>();
            for (int round = 0; round < ROUNDS || round < ROUNDS_WHEN_BUSY && !isWithinBound(longest); round++) {
                ShopCluster.awaitReady(survivor, PARTITIONS);
                String node = "victim-" + round;
                try (var victim = NodeProcess.start(shop, node, dir.resolve(node), PARTITIONS / 2)) {
                    Set<Integer> itsOwn = awaitShare(survivor);
                    List<String> itsIds =
                            TransactionalIds.of(shop.app().name(), "order").commands(node);
                    long silent = freezeWithinATransaction(victim, itsIds, admin);
                    victim.kill();
                    longest.add(untilAnsweredAndRead(itsOwn, silent, orders, events));
                }
            }
            // A busy machine may stretch a round; what the nodes themselves need is in each of them.
            assertThat(isWithinBound(longest))
                    .as("one of %s is within %s", longest, BOUND)
                    .isTrue();
            orders.close();
            assertThat(orders.failures()).isEmpty();
            await().atMost(ShopCluster.PATIENCE)
                    .until(() -> events.orders() >= orders.answered().size());
            assertThat(orders.answered())
                    .allMatch(order -> events.places(order.id()).equals(List.of(order.place())));
        }
    }

    private static boolean isWithinBound(List<Duration> rounds) {
        return rounds.stream().anyMatch(took -> took.compareTo(BOUND) <= 0);
    }

    /** How long after that time some partition had no answer yet, or its reader did not see what was answered. */
    private static Duration untilAnsweredAndRead(
            Set<Integer> partitions, long silent, SteadyOrders orders, CommittedEvents events) {
        long last = silent;
        for (int partition : partitions) {
            var first = orders.firstSentAfter(partition, silent);
            last = Math.max(last, Math.max(first.answeredAt(), events.seenAt(first.id())));
        }
        var took = Duration.ofNanos(last - silent);
        LOG.info("Partitions {} were silent for {} ms", partitions, took.toMillis());
        return took;
    }

    /** Waits until the survivor has given half of the partitions away; returns those. */
    private static Set<Integer> awaitShare(KafkaCommandEngine survivor) {
        ShopCluster.awaitReady(survivor, PARTITIONS / 2);
        var others = new HashSet<>(IntStream.range(0, PARTITIONS).boxed().toList());
        survivor.status().stream().map(CommandStatus::partitions).forEach(own -> others.removeAll(own.keySet()));
        return others;
    }

    /** Freezes the node at a moment when it has a transaction open; returns when, by {@link System#nanoTime()}. */
    private static long freezeWithinATransaction(NodeProcess node, List<String> itsIds, Admin admin) {
        return await().atMost(ShopCluster.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> {
                            long now = System.nanoTime();
                            node.freeze();
                            if (openOnes(admin).stream().anyMatch(itsIds::contains)) {
                                return now;
                            }
                            node.thaw();
                            return null;
                        },
                        frozenAt -> frozenAt != null);
    }

    private static List<String> openOnes(Admin admin) throws Exception {
        var options = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        return admin.listTransactions(options).all().get().stream()
                .map(TransactionListing::transactionalId)
                .toList();
    }
}
