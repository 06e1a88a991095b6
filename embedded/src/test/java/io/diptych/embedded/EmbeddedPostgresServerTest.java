package io.diptych.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
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
            store(server, "hello");
        }
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, port)) {
            assertThat(server.port()).isEqualTo(port);
            assertThat(stored(server)).isEqualTo("hello");
        }
    }

    @Test
    void it_is_a_durable_postgresql_18_that_sorts_the_same_everywhere() throws Exception {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, 0)) {
            assertThat(query(server, "select version()")).startsWith("PostgreSQL 18");
            assertThat(query(server, "show fsync")).isEqualTo("on");
            assertThat(query(server, "show synchronous_commit")).isEqualTo("on");
            assertThat(query(server, "show full_page_writes")).isEqualTo("on");
            assertThat(query(server, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(server, "show server_encoding")).isEqualTo("UTF8");
            assertThat(query(server, "select string_agg(c, '' order by c) from unnest('{é,b,Z,a}'::text[]) c"))
                    .isEqualTo("Zabé");
            assertThat(query(server, "select lower('É')")).isEqualTo("é");
        }
    }

    @Test
    void it_takes_settings_and_refuses_those_that_it_does_not_know() throws Exception {
        try (EmbeddedPostgresServer server =
                EmbeddedPostgresServer.start(dir, 0, Map.of("shared_buffers", "64MB", "max_connections", "20"))) {
            assertThat(query(server, "show shared_buffers")).isEqualTo("64MB");
            assertThat(query(server, "show max_connections")).isEqualTo("20");
        }
        assertThatThrownBy(() -> EmbeddedPostgresServer.start(dir, 0, Map.of("shared_butter", "64MB")))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("server.log");
    }

    @Test
    void it_stops_although_a_client_is_connected() throws Exception {
        EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, 0);
        long process = process();
        try (var client = DriverManager.getConnection(server.jdbcUrl(), server.user(), "")) {
            server.close();

            assertThat(isRunning(process)).isFalse();
            assertThat(client.isValid(1)).isFalse();
        } finally {
            server.close();
        }
    }

    @Test
    void a_server_left_over_by_a_killed_jvm_is_ended_before_the_next_start() throws Exception {
        int port = Ports.free();
        ChildJvm.run(Starter.class, dir.toString(), Integer.toString(port)).kill();
        long orphan = process();
        assertThat(isRunning(orphan)).isTrue();

        try (var clientOfTheOrphan = DriverManager.getConnection(url(port), "postgres", "");
                EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, port)) {
            assertThat(isRunning(orphan)).isFalse();
            assertThat(clientOfTheOrphan.isValid(1)).isFalse();
            assertThat(stored(server)).isEqualTo("survives");
        }
    }

    /** Starts a server, stores, and waits to be killed. */
    static final class Starter {
        public static void main(String[] args) throws Exception {
            store(EmbeddedPostgresServer.start(Path.of(args[0]), Integer.parseInt(args[1])), "survives");
            ChildJvm.started();
        }
    }

    @Test
    void another_program_that_has_the_process_id_of_a_former_server_is_left_alone() throws Exception {
        EmbeddedPostgresServer.start(dir, 0).close();
        Process other = new ProcessBuilder("sh", "-c", "read line").start();
        try {
            Files.writeString(pidFile(), other.pid() + "\n" + dir.resolve("data") + "\n");

            try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, 0)) {
                assertThat(query(server, "select 1")).isEqualTo("1");
                assertThat(other.isAlive()).isTrue();
            }
        } finally {
            other.destroy();
        }
    }

    @Test
    void a_folder_in_use_is_refused_to_a_second_server_and_the_first_goes_on() throws Exception {
        try (EmbeddedPostgresServer server = EmbeddedPostgresServer.start(dir, 0)) {
            assertThatThrownBy(() -> EmbeddedPostgresServer.start(dir, 0))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("[" + dir + "] is in use by another PostgreSQL");

            assertThat(query(server, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void a_folder_in_use_is_refused_to_another_jvm_and_the_first_goes_on() throws Exception {
        int port = Ports.free();
        try (ChildJvm holder = ChildJvm.run(Starter.class, dir.toString(), Integer.toString(port))) {
            assertThat(holder).isNotNull();
            assertThatThrownBy(() -> EmbeddedPostgresServer.start(dir, 0))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("[" + dir + "] is in use by another PostgreSQL");
            assertThatThrownBy(() -> EmbeddedPostgresServer.stopLeftOver(dir))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("[" + dir + "] is in use by another PostgreSQL");

            try (var client = DriverManager.getConnection(url(port), "postgres", "")) {
                assertThat(client.isValid(1)).isTrue();
            }
        } finally {
            EmbeddedPostgresServer.stopLeftOver(dir);
        }
        assertThat(pidFile()).doesNotExist();
    }

    @Test
    void a_port_in_use_is_named() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedPostgresServer.start(dir, taken.getLocalPort()))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("port [" + taken.getLocalPort() + "] for PostgreSQL is in use");
        }
    }

    @Test
    void a_server_that_does_not_start_says_where_the_reason_is() throws Exception {
        Files.writeString(Files.createDirectories(dir.resolve("data")).resolve("not-from-here"), "");

        assertThatThrownBy(() -> EmbeddedPostgresServer.start(dir, 0))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining(dir.resolve("server.log").toString());
        assertThat(dir.resolve("server.log")).content().contains("not empty");
    }

    private long process() throws Exception {
        return Long.parseLong(Files.readAllLines(pidFile()).getFirst());
    }

    /** One that has ended may still be listed, without its command, until its parent asks for the exit code. */
    private static boolean isRunning(long process) {
        return ProcessHandle.of(process)
                .flatMap(handle -> handle.info().command())
                .isPresent();
    }

    private Path pidFile() {
        return dir.resolve("data").resolve("postmaster.pid");
    }

    private static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    private static void store(EmbeddedPostgresServer server, String word) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), "");
                var statement = connection.createStatement()) {
            statement.execute("create table talk as select '" + word + "'::text as word");
        }
    }

    private static String stored(EmbeddedPostgresServer server) throws SQLException {
        return query(server, "select word from talk");
    }

    private static String query(EmbeddedPostgresServer server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), "");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
