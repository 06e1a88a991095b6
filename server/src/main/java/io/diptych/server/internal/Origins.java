package io.diptych.server.internal;

import io.diptych.message.Problem;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other web origins from sending commands through a visitor's browser. Browsers say where a request
 * comes from ({@code Origin}, {@code Sec-Fetch-Site}); programs do not, and are let through.
 */
final class Origins {

    private final boolean loopback;
    private final Set<String> allowed;

    Origins(String host, Set<String> allowed) {
        this.loopback = isLoopback(host);
        this.allowed = allowed;
    }

    /** Whether a page sent it: browsers name at least one of these with a POST that another site can cause. */
    static boolean isBrowser(Exchange exchange) {
        return exchange.header("Origin") != null || exchange.header("Sec-Fetch-Site") != null;
    }

    void requireAllowed(Exchange exchange) {
        String origin = exchange.header("Origin");
        String site = exchange.header("Sec-Fetch-Site");
        if (origin == null && site == null) {
            return;
        }
        if (origin != null && allowed.contains(origin)) {
            return;
        }
        boolean sameSite = site == null || site.equals("same-origin") || site.equals("none");
        if (!sameSite || (origin != null && !isOwn(origin, exchange.header("Host")))) {
            throw Problem.Type.CROSS_ORIGIN.exception("A page of [" + (origin == null ? site : origin)
                    + "] may not send commands here: allow that origin in the server's settings, or send the command"
                    + " from the page's own server");
        }
    }

    /**
     * Whether the origin is this server. A server on loopback has only loopback names: any other name was pointed here
     * by DNS rebinding.
     */
    private boolean isOwn(String origin, @Nullable String host) {
        try {
            URI uri = URI.create(origin);
            String authority = uri.getAuthority();
            return authority != null
                    && host != null
                    && authority.equalsIgnoreCase(host)
                    && (!loopback || (uri.getHost() != null && isLoopback(uri.getHost())));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.matches("127\\.[0-9]+\\.[0-9]+\\.[0-9]+")
                || name.equals("::1")
                || name.equals("[::1]");
    }
}
