package io.diptych.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rounds 0 | The rounds [0] must be from 1 to 100",
                "--warm-up 3601 | The warm-up [3601] must be from 0 to 3600 seconds",
                "--events 999 | The events [999] must be from 1000 to 200000000",
                "--only kafka,marten | [marten]",
                "--aggregates 0 | The aggregates [0] must be from 1 to 100000000",
                "--rounds many | 'many'",
                "--fast | '--fast'",
            })
    void what_cannot_be_is_told_before_anything_is_started(String given, String told) {
        assertThat(run((given + " --dir " + dir).split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains(told).contains("See diptych bench --help");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void it_lists_what_there_is_to_measure_and_shows_examples() {
        assertThat(run("--list")).isZero();
        assertThat(out.toString())
                .contains("kafka/transactional-copy: ceiling", "http/axon: rival", "growth/rows/1000000-scattered:");

        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Examples:", "diptych bench --quick");
    }

    private int run(String... args) {
        return Bench.command()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
