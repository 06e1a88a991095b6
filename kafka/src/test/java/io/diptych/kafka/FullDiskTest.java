package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.diptych.command.CommandReply.Accepted;
import io.diptych.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What becomes of a node when there is no room for its checkpoints. */
class FullDiskTest {

    private static final int PARTITIONS = 2;

    @TempDir
    private Path dir;

    @Test
    void a_full_disk_stops_no_command_and_keeps_a_node_from_starting_until_there_is_room() throws Exception {
        var said = new ListAppender<ILoggingEvent>();
        said.start();
        var checkpoints = (Logger) LoggerFactory.getLogger("io.diptych.kafka.checkpoint");
        checkpoints.setLevel(Level.INFO);
        checkpoints.setAdditive(false);
        checkpoints.addAppender(said);
        try (var disk = SmallDisk.mount(dir.resolve("disk"), 32);
                var kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0);
                var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                var shop = new ShopCluster(kafka.bootstrapServers(), PARTITIONS)) {
            var onDiskOnly = new CommandSettings(disk.folder().resolve("state"), 64, 32L << 20, false);
            var created = new ArrayList<String>();
            try (var node = shop.start("node", onDiskOnly)) {
                ShopCluster.awaitReady(node, PARTITIONS);
                createUntil(() -> created.size() == 20, shop, created);
                disk.fill();
                createUntil(() -> isSaid(said, "No space left", "Make room"), shop, created);
                int before = created.size();
                createUntil(() -> created.size() == before + 20, shop, created);
                disk.free();
                await().atMost(ShopCluster.PATIENCE).until(() -> isSaid(said, "what was held back is written"));
            }
            shop.deleteEvents(admin);
            disk.fill();
            try (var node = shop.start("node", onDiskOnly)) {
                ShopCluster.awaitReason(node, "Make room");
                disk.free();
                ShopCluster.awaitReady(node, PARTITIONS);
                for (String id : created) {
                    assertThat(((Accepted) shop.cancel(id)).version()).isEqualTo(2);
                }
            }
        } finally {
            checkpoints.detachAppender(said);
            checkpoints.setAdditive(true);
            checkpoints.setLevel(null);
        }
    }

    private static void createUntil(BooleanSupplier enough, ShopCluster shop, List<String> created) throws Exception {
        long deadline = System.nanoTime() + ShopCluster.PATIENCE.toNanos();
        while (!enough.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            String id = "o-" + created.size();
            shop.requireCreated(id);
            created.add(id);
        }
    }

    private static boolean isSaid(ListAppender<ILoggingEvent> said, String... parts) {
        synchronized (said) {
            return said.list.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .anyMatch(message -> List.of(parts).stream().allMatch(message::contains));
        }
    }
}
