package io.diptych.kafka.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.command.internal.AggregateStore.Place;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

class StateDatabaseTest {

    @TempDir
    private Path dir;

    @Test
    void a_batch_that_fails_leaves_rows_places_and_position_as_they_were() throws Exception {
        RocksDB.loadLibrary();
        try (var options = new Options().setCreateIfMissing(true);
                var database = StateDatabase.open(dir.resolve("0"), "identity", options)) {
            database.write(List.of(new Row("a", new byte[] {1})), List.of(new Place("a", 1, 10)), 11L);
            var unusable = new Row("c", null);

            assertThatThrownBy(() -> database.write(
                            List.of(new Row("a", new byte[] {2}), new Row("b", new byte[] {1}), unusable),
                            List.of(new Place("a", 2, 12)),
                            13L))
                    .isInstanceOf(NullPointerException.class);

            assertThat(database.position()).isEqualTo(11);
            assertThat(database.state("a")).containsExactly(1);
            assertThat(database.state("b")).isNull();
            assertThat(database.places("a", 1, 10)).containsExactly(new Place("a", 1, 10));
        }
    }
}
