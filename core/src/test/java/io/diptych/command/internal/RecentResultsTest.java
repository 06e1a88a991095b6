package io.diptych.command.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecentResultsTest {

    /** As a plain list would be kept, whatever was stored and read again in between. */
    @ParameterizedTest
    @MethodSource("seeds")
    void equal_a_list(long seed) throws IOException {
        var random = new Random(seed);
        int limit = 1 + random.nextInt(6);
        RecentResults results = RecentResults.NONE;
        var expected = new ArrayList<CommandResult>();
        for (int i = 0; i < 30; i++) {
            String id = "ü" + random.nextInt(10);
            var result =
                    new CommandResult(id, "sum-" + i, i, List.of("A", "B" + i).subList(0, i % 3), 10 + i);
            if (!expected.isEmpty() && expected.getLast().commandId().equals(id)) {
                expected.removeLast();
            }
            expected.add(result);
            if (expected.size() > limit) {
                expected.removeFirst();
            }
            results = results.appended(result, limit);
            if (random.nextInt(3) == 0) {
                results = RecentResults.at(ByteBuffer.wrap(written(results)));
            }

            assertThat(results.all())
                    .map(RecentResultsTest::text)
                    .isEqualTo(expected.stream().map(RecentResultsTest::text).toList());
            for (int command = 0; command < 10; command++) {
                String asked = "ü" + command;
                CommandResult last = expected.stream()
                        .filter(r -> r.commandId().equals(asked))
                        .reduce((first, second) -> second)
                        .orElse(null);
                assertThat(text(results.of(asked))).isEqualTo(text(last));
            }
        }
    }

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @Test
    void bytes_that_are_cut_short_are_refused() throws IOException {
        byte[] whole = written(RecentResults.NONE.appended(new CommandResult("c", "s", 1, List.of("T"), 3), 2));

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> RecentResults.at(ByteBuffer.wrap(cut))).isInstanceOf(RuntimeException.class);
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> RecentResults.at(ByteBuffer.wrap(longer))).isInstanceOf(RuntimeException.class);
    }

    private static @Nullable String text(@Nullable CommandResult result) {
        return result == null
                ? null
                : result.commandId() + " " + result.checksum() + " v" + result.version() + " " + result.eventTypes()
                        + " at " + result.offset();
    }

    private static byte[] written(RecentResults results) throws IOException {
        var bytes = new ByteArrayOutputStream();
        results.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
