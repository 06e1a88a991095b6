package io.diptych.bench.bed;

import io.diptych.bench.subject.Subject;
import io.diptych.embedded.EmbeddedPostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * What everything is measured on: one broker in a process of its own and one PostgreSQL with fsync on, both fresh.
 *
 * @param dir for data and logs; deleted at the end
 * @param kafka the broker's host and port
 * @param rivals where the programs of the rivals are
 * @param children all that were started, the broker first, also those that have ended
 */
public record Bed(
        Path dir, String kafka, EmbeddedPostgresServer postgres, Path rivals, JvmOptions jvm, List<Child> children) {

    /** Partitions of every topic that is measured. */
    public static final int PARTITIONS = 4;

    /** For a process to start on a machine that does other things as well. */
    public static final Duration STARTS_WITHIN = Duration.ofMinutes(2);

    /** The same, but for the heap of what is started. */
    public Bed withHeap(int megabytes) {
        return new Bed(dir, kafka, postgres, rivals, new JvmOptions(megabytes), children);
    }

    /** A database of its own for one of those who are measured; returns where it is. */
    public String database(String name) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "");
                Statement statement = connection.createStatement()) {
            statement.execute("create database \"" + name + "\"");
        }
        return postgres.jdbcUrl().replaceFirst("/[^/]*$", "/" + name) + "?user=" + postgres.user();
    }

    /** Makes topics that keep all there is. */
    public void topics(Collection<String> names) throws InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            admin.createTopics(names.stream()
                            .map(name -> new NewTopic(name, PARTITIONS, (short) 1)
                                    .configs(Map.of("retention.ms", "-1", "retention.bytes", "-1")))
                            .toList())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The topics " + names + " could not be made", e.getCause());
        }
    }

    /** Starts a class of the bench itself. */
    public Child start(String name, Class<?> main, String... arguments) {
        return start(name, jvm.command(System.getProperty("java.class.path"), main.getName(), arguments));
    }

    /** Starts a rival, with the libraries that its build has put beside it. */
    public Child startRival(String rival, String name, String main, List<String> arguments) {
        Path lib = rivals.resolve(rival).resolve("target/app/lib");
        if (!lib.toFile().isDirectory()) {
            throw new IllegalStateException("The rival [" + rival + "] is not built in [" + lib
                    + "]: call ./diptych bench, which builds it, or mvn -Privals -DskipTests package");
        }
        List<String> command = jvm.command(lib.resolve("*").toString(), main, arguments.toArray(String[]::new));
        command.add(1, "-Dlogback.configurationFile=rival-logback.xml");
        return start(name, command);
    }

    private Child start(String name, List<String> command) {
        Child child = Child.start(name, command, log(name));
        children.add(child);
        return child;
    }

    /** Milliseconds that the compilers of all these JVMs and of this one have worked so far. */
    public long compileMillis() throws InterruptedException {
        long sum = Subject.compileMillis();
        for (Child child : children) {
            sum += child.compileMillis();
        }
        return sum;
    }

    /** Where what the process says is kept. */
    public Path log(String name) {
        return dir.resolve(name.replaceAll("[^A-Za-z0-9-]", "-") + ".log");
    }

    /**
     * How each measured JVM is started: all alike, with all its heap from the start, as Kafka's own script starts a broker, since
     * one that grows to what is needed just now is marked again and again. What has survived two collections lives for long
     * (states, results, what a broker knows of its logs): copying it eleven times takes twice as long a pause.
     *
     * @param heapMegabytes the size of its heap
     */
    public record JvmOptions(int heapMegabytes) {

        List<String> command(String classPath, String main, String... arguments) {
            var command = new ArrayList<>(List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-Xms" + heapMegabytes + "m",
                    "-Xmx" + heapMegabytes + "m",
                    "-XX:MaxTenuringThreshold=2",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED"));
            if (Runtime.version().feature() >= 23) {
                // Kafka's client uses memory access that newer JVMs warn of.
                command.add("--sun-misc-unsafe-memory-access=allow");
            }
            command.addAll(List.of("-cp", classPath, main));
            command.addAll(List.of(arguments));
            return command;
        }
    }
}
