package io.diptych.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** How names of the application become names in the database. */
final class Names {

    /** PostgreSQL cuts longer identifiers off, in silence. */
    static final int MAX_BYTES = 63;

    private Names() {}

    /** The only way an identifier gets into a statement. */
    static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    static String qualified(String schema, String table) {
        return quote(schema) + "." + quote(table);
    }

    /** {@code orderId} as {@code order_id}, {@code URLPath} as {@code url_path}. */
    static String snakeCase(String name) {
        return name.replaceAll("(?<=[\\p{Ll}\\p{Nd}])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})", "_")
                .toLowerCase(Locale.ROOT);
    }

    /** The table of one generation's rows: readable where there is room. */
    static String table(String readModel, int generation) {
        String suffix = "_g" + generation;
        return readModel.length() + suffix.length() <= MAX_BYTES
                ? readModel + suffix
                : readModel.substring(0, MAX_BYTES / 2) + "_" + HexFormat.of().toHexDigits(hash("table", readModel))
                        + suffix;
    }

    /** Readable where there is room, and no other pair of table and column has the same. */
    static String index(String table, String column) {
        String readable = table + "_" + column;
        return readable.substring(0, Math.min(readable.length(), MAX_BYTES / 3)) + "_"
                + HexFormat.of().toHexDigits(hash(table, column));
    }

    /** Where the moves of positions of one schema are told. */
    static String channel(String schema) {
        return "diptych_" + HexFormat.of().toHexDigits(hash("progress", schema));
    }

    /** The same 64 bits for the same parts, in every process and release: advisory locks are known by it. */
    static long hash(String... parts) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(("diptych\0" + String.join("\0", parts)).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
