package io.diptych.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresServerTest {

    @TempDir
    private Path dir;

    @Test
    void what_was_stored_is_there_after_a_restart_on_the_same_port() throws Exception {
        int port;
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, 0)) {
            port = server.port();
            assertThat(query(server, "select version()")).startsWith("PostgreSQL 18");
            assertThat(query(server, "show fsync")).isEqualTo("on");
            assertThat(query(server, "show synchronous_commit")).isEqualTo("on");
            update(server, "create table talk as select 'hello'::text as word");
        }
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, port)) {
            assertThat(server.port()).isEqualTo(port);
            assertThat(query(server, "select word from talk")).isEqualTo("hello");
        }
    }

    @Test
    void a_server_left_over_by_a_killed_jvm_is_ended_before_the_next_start() throws Exception {
        Process jvm = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName(),
                        dir.toString())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(jvm.inputReader().lines().anyMatch("started"::equals)).isTrue();
        } finally {
            jvm.destroyForcibly().waitFor();
        }
        long orphan =
                Long.parseLong(Files.readAllLines(dir.resolve("postmaster.pid")).getFirst());
        assertThat(ProcessHandle.of(orphan)).isPresent();

        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, 0)) {
            assertThat(ProcessHandle.of(orphan)).isEmpty();
            assertThat(query(server, "select word from talk")).isEqualTo("survives");
        }
    }

    /** Starts a server and waits to be killed. */
    static final class Starter {
        public static void main(String[] args) throws Exception {
            EmbeddedPostgresServer server = EmbeddedPostgresServer.start(Path.of(args[0]), 0);
            update(server, "create table talk as select 'survives'::text as word");
            System.out.println("started");
            Thread.currentThread().join();
        }
    }

    @Test
    void a_port_in_use_is_named() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedPostgresServer.start(dir, taken.getLocalPort()))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("port [" + taken.getLocalPort() + "] for PostgreSQL is in use");
        }
    }

    private static String query(EmbeddedPostgresServer server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), "");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void update(EmbeddedPostgresServer server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), "");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
