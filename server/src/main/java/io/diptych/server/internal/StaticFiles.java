package io.diptych.server.internal;

import io.diptych.message.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** The page at {@code /} and its parts, from the jar. */
final class StaticFiles {

    /** Nothing from elsewhere, nothing inline, no framing. */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    private static final String FOLDER = "/io/diptych/server/page/";

    /** All files there are, with their types: nothing else can be asked for. */
    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "page.css", "text/css; charset=utf-8",
            "page.js", "text/javascript; charset=utf-8",
            "form.js", "text/javascript; charset=utf-8",
            "flow.js", "text/javascript; charset=utf-8",
            "rows.js", "text/javascript; charset=utf-8",
            "favicon.svg", "image/svg+xml");

    private final Map<String, StaticFile> files = new HashMap<>();

    private record StaticFile(String type, byte[] content, String entityTag) {}

    StaticFiles() {
        TYPES.forEach((name, type) -> files.put(name, load(name, type)));
    }

    private static StaticFile load(String name, String type) {
        try (InputStream in = StaticFiles.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks the file [" + FOLDER + name + "]: build it again");
            }
            byte[] content = in.readAllBytes();
            var checksum = new CRC32C();
            checksum.update(content);
            return new StaticFile(type, content, "\"" + Long.toHexString(checksum.getValue()) + "\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the file named by the path. */
    void find(Exchange exchange) {
        send(exchange, exchange.path("file"));
    }

    void send(Exchange exchange, String name) {
        StaticFile file = files.get(name);
        if (file == null) {
            throw Problem.Type.NOT_FOUND.exception("There is no file [" + name + "] here");
        }
        exchange.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        exchange.set("Referrer-Policy", "no-referrer");
        exchange.set("Cache-Control", "no-cache");
        exchange.set("ETag", file.entityTag());
        if (file.entityTag().equals(exchange.header("If-None-Match"))) {
            exchange.empty(304);
        } else {
            exchange.send(200, file.type(), file.content());
        }
    }
}
