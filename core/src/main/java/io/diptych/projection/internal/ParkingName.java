package io.diptych.projection.internal;

import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * What a row key is called while it is parked: its text, made fit for any store. Only a name: the key itself is read from
 * the event again.
 */
final class ParkingName {

    /** Fits an index of PostgreSQL whatever the characters. */
    private static final int LONGEST = 512;

    private ParkingName() {}

    static String of(Object key) {
        return fit(key instanceof Enum<?> constant ? constant.name() : key.toString());
    }

    /** Of an event whose row key is not known: its aggregate's id, or else the record's key, or else its place. */
    static String of(LogRecord event) {
        String subject = event.text(Headers.SUBJECT);
        if (subject != null) {
            return fit(subject);
        }
        byte[] key = event.key();
        return key == null
                ? "@" + event.partition() + "/" + event.offset()
                : fit(new String(key, StandardCharsets.UTF_8));
    }

    private static String fit(String text) {
        String storable = text.isEmpty() ? "(empty)" : storable(text);
        if (storable.length() <= LONGEST) {
            return storable;
        }
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return storable(storable.substring(0, LONGEST)) + "..." + HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /** Without what no UTF-8 text of PostgreSQL can hold: the character 0, and halves of surrogate pairs. */
    static String storable(String text) {
        boolean unpaired = !StandardCharsets.UTF_8.newEncoder().canEncode(text);
        String paired = unpaired ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8) : text;
        return paired.replace('\0', '\uFFFD');
    }
}
