package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.command.CommandObserver;
import io.diptych.command.CommandReply;
import io.diptych.command.CommandStatus;
import io.diptych.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What several nodes of one app do to each other. */
class NodesTest {

    private static final Logger LOG = LoggerFactory.getLogger(NodesTest.class);
    private static final int PARTITIONS = 4;

    @TempDir
    private static Path kafkaDir;

    private static EmbeddedKafka kafka;

    @TempDir
    private Path dir;

    @BeforeAll
    static void start_kafka() {
        kafka = EmbeddedKafka.start(kafkaDir, 0);
    }

    @AfterAll
    static void stop_kafka() {
        kafka.close();
    }

    @Test
    void of_two_processes_with_one_node_id_one_says_so_and_takes_up_again_when_the_other_is_gone() throws Exception {
        Path disk = dir.resolve("disk");
        try (var shop = new ShopCluster(kafka.bootstrapServers(), PARTITIONS);
                var first = shop.start("node", disk)) {
            ShopCluster.awaitReady(first, PARTITIONS);
            shop.requireCreated("o-1");
            try (var second = shop.start("node", disk)) {
                // Nearly always the first is replaced; it may just have taken its name back when it hears of the other.
                await().atMost(ShopCluster.PATIENCE)
                        .until(() -> isReplaced(first) && isReady(second, PARTITIONS)
                                || isReplaced(second) && isReady(first, PARTITIONS));
                boolean firstReplaced = isReplaced(first);
                var replaced = firstReplaced ? first : second;
                var other = firstReplaced ? second : first;
                for (int i = 2; i < 30; i++) {
                    shop.requireCreated("o-" + i);
                }

                assertThat(replaced.status()).allSatisfy(status -> {
                    assertThat(status.state()).isEqualTo(CommandStatus.State.WAITING);
                    assertThat(status.reason()).contains("Another process has the node id [node]", "--node-id");
                    assertThat(status.partitions()).isEmpty();
                });
                assertThat(other.status())
                        .allSatisfy(status -> assertThat(status.state()).isEqualTo(CommandStatus.State.RUNNING));
                other.close();
                ShopCluster.awaitReady(replaced, PARTITIONS);
                shop.requireCreated("o-30");
            }
        }
    }

    @Test
    void no_caller_sees_an_error_while_one_node_after_the_other_is_started_again() throws Exception {
        try (var shop = new ShopCluster(kafka.bootstrapServers(), PARTITIONS)) {
            var nodes = new HashMap<String, KafkaCommandEngine>();
            for (String node : new String[] {"a", "b"}) {
                nodes.put(node, shop.start(node, dir.resolve(node)));
            }
            awaitShared(nodes);
            var orders = new SteadyOrders(shop);
            try (orders) {
                for (String node : new String[] {"a", "b", "a", "b"}) {
                    nodes.get(node).close();
                    nodes.put(node, shop.start(node, dir.resolve(node)));
                    awaitShared(nodes);
                }
            }
            nodes.values().forEach(KafkaCommandEngine::close);

            assertThat(orders.failures()).isEmpty();
            try (var events = new CommittedEvents(shop)) {
                await().atMost(ShopCluster.PATIENCE)
                        .until(() -> events.orders() >= orders.answered().size());
                assertThat(orders.answered())
                        .allMatch(order -> events.places(order.id()).equals(List.of(order.place())));
                assertThat(events.orders()).isEqualTo(orders.answered().size());
            }
            Duration longest = orders.answered().stream()
                    .map(SteadyOrders.Answered::took)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            LOG.info("{} commands, the longest took {} ms", orders.answered().size(), longest.toMillis());
        }
    }

    @Test
    void a_node_that_is_started_again_handles_no_command_twice() throws Exception {
        try (var shop = new ShopCluster(kafka.bootstrapServers(), PARTITIONS)) {
            try (var node = shop.start("node", dir.resolve("disk"))) {
                ShopCluster.awaitReady(node, PARTITIONS);
                shop.requireCreated("o-1");
                // Leaves no event, so that none can tell that it was handled.
                assertThat(shop.createAgain("o-1")).isInstanceOf(CommandReply.Refused.class);
            }
            var handled = new CopyOnWriteArrayList<CommandObserver.Outcome>();
            var observer = new CommandObserver() {
                @Override
                public void handled(String aggregate, Outcome outcome) {
                    handled.add(outcome);
                }

                @Override
                public void committed(String aggregate, int commands, int events, Duration took) {}
            };
            var settings = CommandSettings.DEFAULT.withStateDir(dir.resolve("disk"));
            try (var node = KafkaCommandEngine.start(shop.app(), shop.settings("node"), settings, observer)) {
                ShopCluster.awaitReady(node, PARTITIONS);
                for (int i = 2; i < 2 + 2 * PARTITIONS; i++) {
                    shop.requireCreated("o-" + i); // On every partition: behind what was handled before.
                }
            }

            assertThat(handled).hasSize(2 * PARTITIONS).containsOnly(CommandObserver.Outcome.ACCEPTED);
        }
    }

    private static void awaitShared(Map<String, KafkaCommandEngine> nodes) {
        await().atMost(ShopCluster.PATIENCE)
                .until(() -> nodes.values().stream().allMatch(node -> isReady(node, PARTITIONS / nodes.size())));
    }

    private static boolean isReplaced(KafkaCommandEngine node) {
        return node.status().stream()
                .anyMatch(status -> String.valueOf(status.reason()).contains("Another process has the node id"));
    }

    private static boolean isReady(KafkaCommandEngine node, int partitions) {
        return node.status().stream()
                .map(CommandStatus::partitions)
                .allMatch(ready -> ready.size() == partitions && !ready.containsValue(false));
    }
}
