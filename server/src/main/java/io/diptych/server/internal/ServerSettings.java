package io.diptych.server.internal;

import java.time.Duration;
import java.util.Set;

/**
 * How the HTTP server behaves.
 *
 * @param host the address to listen on
 * @param port the port, 0 for any free one
 * @param maxInFlight commands being answered at once; beyond, 503
 * @param commandTimeout how long a command's reply is awaited unless the caller says otherwise
 * @param allowedOrigins web origins, besides the server's own, whose pages may send commands
 */
public record ServerSettings(
        String host, int port, int maxInFlight, Duration commandTimeout, Set<String> allowedOrigins) {}
