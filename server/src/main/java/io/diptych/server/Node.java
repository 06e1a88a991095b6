package io.diptych.server;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.server.internal.Flows;
import io.diptych.server.internal.HttpServer;
import io.diptych.server.internal.Metrics;
import io.diptych.server.internal.ServerSettings;
import java.net.URI;
import java.time.Duration;

/**
 * One process of an app: the HTTP API and whatever roles it has. It starts at once, whether or not Kafka and
 * PostgreSQL are there, and takes up each role as soon as it can; {@code /health/ready} tells how far it is.
 */
public final class Node implements AutoCloseable {

    private final String host;
    private final Metrics metrics;
    private final Roles roles;
    private final HttpServer http;

    private Node(App app, NodeSettings settings) {
        this.host = settings.host();
        this.metrics = new Metrics();
        var flows = new Flows();
        this.roles = new Roles(app, settings, metrics, flows);
        try {
            this.http = HttpServer.start(
                    roles,
                    flows,
                    metrics,
                    new ServerSettings(
                            settings.host(),
                            settings.port(),
                            settings.maxInFlight(),
                            settings.commandTimeout(),
                            settings.allowedOrigins()));
        } catch (RuntimeException e) {
            roles.close();
            metrics.close();
            throw e;
        }
        roles.start();
    }

    /**
     * Starts a node and returns when HTTP is up; the roles follow.
     *
     * @throws ConfigurationException when the port is taken or a record cannot be stored
     */
    public static Node start(App app, NodeSettings settings) {
        return new Node(app, settings);
    }

    /** The port that HTTP listens on. */
    public int port() {
        return http.port();
    }

    /** Where the API and the page are. */
    public URI url() {
        boolean anyAddress = host.equals("0.0.0.0") || host.equals("::");
        String name = anyAddress ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
        return URI.create("http://" + name + ":" + port());
    }

    /** Whether all roles are doing their work: what {@code /health/ready} answers. */
    public boolean ready() {
        return HttpServer.ready(roles);
    }

    /**
     * Waits until the node is ready.
     *
     * @return whether it is
     * @throws ConfigurationException when it will never be, and why
     */
    public boolean awaitReady(Duration atMost) throws InterruptedException {
        return roles.awaitReady(atMost, this::ready);
    }

    /** Ends within four seconds: first HTTP, so that no caller meets a half-closed node, then the roles. */
    @Override
    public void close() {
        http.close();
        roles.close();
        metrics.close();
    }
}
