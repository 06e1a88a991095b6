package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo}: everything in one process, until it is told to stop. */
@Command(
        name = "demo",
        description = {
            "Run everything here: a real Kafka, a real PostgreSQL and the app, in one terminal.",
            "The data stay in a folder and are there again at the next start. Stop with Ctrl-C."
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME}",
            "  ${COMMAND-FULL-NAME} --port 8081 --kafka-port 9093 --data-dir .diptych-second --fresh"
        },
        showDefaultValues = true)
public final class DemoCommand implements Callable<Integer> {

    private final App app;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "The page and the API; 0 for any free port.")
    private int port;

    @Option(
            names = "--kafka-port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "Kafka; 0 for any free port.")
    private int kafkaPort;

    @Option(
            names = "--postgres-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "PostgreSQL; 0 for any free port.")
    private int postgresPort;

    @Option(
            names = "--data-dir",
            paramLabel = "FOLDER",
            defaultValue = ".diptych",
            description = "Where the data are kept.")
    private Path dataDir = Path.of(".diptych");

    @Option(names = "--fresh", description = "Begin without data: delete what an earlier demo left in the folder.")
    private boolean fresh;

    /** For that app. */
    public DemoCommand(App app) {
        this.app = app;
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        var timeline = new Timeline(out);
        try (var stop = new StopSignal();
                var folder = DemoFolder.open(dataDir, app.name(), fresh)) {
            requireFree(port);
            Logging.toFile(folder.log());
            out.println("Starting Kafka, PostgreSQL and [" + app.name() + "] with the data in " + folder.path());
            try (Demo demo = Demo.start(app, folder, port, kafkaPort, postgresPort, timeline)) {
                if (stop.awaitReady(demo.node())) {
                    out.println(ready(demo, timeline));
                    stop.await();
                }
                out.println("Stopping ...");
            }
            out.println("Stopped.");
        }
        return 0;
    }

    private static String ready(Demo demo, Timeline timeline) {
        return String.format(
                Locale.ROOT,
                "Diptych is ready after %.1f s: page %s/, API %s/api, Kafka %s, PostgreSQL %s",
                timeline.seconds(),
                demo.node().url(),
                demo.node().url(),
                demo.bootstrapServers(),
                demo.jdbcUrl());
    }

    /** Sees at once what would otherwise come out only after the servers were started. */
    private static void requireFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigurationException("The port [" + port + "] for the page and the API cannot be had ("
                    + e.getMessage() + "): stop the program that holds it or choose another with --port");
        }
    }
}
