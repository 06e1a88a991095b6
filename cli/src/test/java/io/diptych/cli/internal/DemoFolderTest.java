package io.diptych.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFolderTest {

    @TempDir
    private Path dir;

    @Test
    void a_folder_is_made_where_there_is_none() {
        try (var folder = DemoFolder.open(dir.resolve("a/b"), "orders", false)) {
            assertThat(folder.kafka().getParent()).isEqualTo(folder.path());
        }
        assertThat(dir.resolve("a/b/diptych.properties")).content().contains("app=orders");
    }

    @Test
    void its_data_are_there_again() throws IOException {
        Path file = withData();

        try (var folder = DemoFolder.open(dir, "orders", false)) {
            assertThat(folder.kafka().resolve("log")).isEqualTo(file).hasContent("data");
        }
    }

    @Test
    void a_fresh_one_has_none_and_follows_no_link_out_of_the_folder(@TempDir Path elsewhere) throws IOException {
        Path file = withData();
        Path precious = Files.writeString(elsewhere.resolve("precious"), "data");
        Files.createSymbolicLink(dir.resolve("kafka/link"), elsewhere);

        try (var folder = DemoFolder.open(dir, "orders", true)) {
            assertThat(file).doesNotExist();
            assertThat(folder.path()).isDirectoryContaining("glob:**diptych.properties");
            assertThat(precious).hasContent("data");
        }
    }

    @Test
    void a_folder_with_anything_else_is_refused_and_left_as_it_is() throws IOException {
        Path precious = Files.writeString(dir.resolve("precious"), "data");

        for (boolean fresh : new boolean[] {true, false}) {
            assertThatThrownBy(() -> DemoFolder.open(dir, "orders", fresh))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("[" + dir + "]", "--data-dir");
        }

        assertThat(dir).isDirectoryContaining(path -> path.equals(precious));
        assertThat(Files.list(dir)).containsExactly(precious);
    }

    @Test
    void another_apps_folder_is_refused() throws IOException {
        Path file = withData();

        assertThatThrownBy(() -> DemoFolder.open(dir, "payments", true))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("the app [orders], not of [payments]");
        assertThat(file).exists();
    }

    @Test
    void two_demos_do_not_share_a_folder() throws IOException {
        Path file = withData();

        try (var first = DemoFolder.open(dir, "orders", false)) {
            assertThatThrownBy(() -> DemoFolder.open(dir, "orders", true))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("Another demo uses the folder [" + dir + "] (process "
                            + ProcessHandle.current().pid() + ")");
            assertThat(first.path()).exists();
        }
        assertThat(file).exists();
        DemoFolder.open(dir, "orders", false).close();
    }

    @Test
    void a_folder_that_cannot_be_made_is_told_in_one_sentence() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "");

        for (Path impossible : new Path[] {file, file.resolve("data")}) {
            assertThatThrownBy(() -> DemoFolder.open(impossible, "orders", false))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("[" + impossible + "] cannot be used", "--data-dir");
        }
    }

    private Path withData() throws IOException {
        try (var folder = DemoFolder.open(dir, "orders", false)) {
            Files.createDirectories(folder.kafka());
            return Files.writeString(folder.kafka().resolve("log"), "data");
        }
    }
}
