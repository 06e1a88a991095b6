package io.diptych.server.internal;

import io.diptych.message.Limits;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Reads the body of a command. */
final class Body {

    private Body() {}

    /**
     * Refuses bodies that do not claim to be JSON in UTF-8; no claim at all is fine. So is a form that is not sent by a
     * browser: {@code curl -d} says so of whatever it sends.
     */
    static void requireJson(Exchange exchange) {
        String contentType = exchange.header("Content-Type");
        if (contentType == null || contentType.isBlank()) {
            return;
        }
        if (contentType.equalsIgnoreCase("application/x-www-form-urlencoded") && !Origins.isBrowser(exchange)) {
            return;
        }
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
        String mediaType = parts[0].strip();
        boolean json = mediaType.equals("application/json") || mediaType.matches("[a-z0-9.-]+/[a-z0-9.-]+\\+json");
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].replace("\"", "").strip();
            json &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
        }
        if (!json) {
            throw Problem.Type.UNSUPPORTED_MEDIA_TYPE.exception("The Content-Type [" + contentType
                    + "] is not JSON in UTF-8: send application/json, for curl -H 'Content-Type: application/json'");
        }
    }

    /** The whole body, of at most {@link Limits#MAX_COMMAND_BYTES}; never holds more than that in memory. */
    static byte[] read(Exchange exchange) {
        long announced = exchange.contentLength().orElse(-1);
        if (announced > Limits.MAX_COMMAND_BYTES) {
            throw tooLarge(announced + " bytes");
        }
        // Reading asks for as much memory as it may read, up to 16 KiB: forty times what a command has.
        long most = announced < 0 ? Limits.MAX_COMMAND_BYTES : announced;
        byte[] body = readAtMost(exchange.body(), (int) most + 1);
        if (body.length > Limits.MAX_COMMAND_BYTES) {
            throw tooLarge("more than " + Limits.MAX_COMMAND_BYTES + " bytes");
        }
        return body;
    }

    private static byte[] readAtMost(InputStream in, int bytes) {
        try {
            return in.readNBytes(bytes);
        } catch (NumberFormatException e) {
            // How the HTTP server reports the size of a chunk that is no number.
            throw Problem.Type.BAD_REQUEST.exception("The body is not framed as HTTP wants it: " + e.getMessage());
        } catch (IOException | UncheckedIOException | InsufficientDataAvailableException e) {
            throw new CloseConnectionException("The caller went away while sending its body", e);
        }
    }

    static ProblemException tooLarge(String size) {
        return Problem.Type.TOO_LARGE.exception("The body has [" + size + "], and a command at most "
                + Limits.MAX_COMMAND_BYTES + ": keep large content elsewhere and send a reference to it");
    }
}
