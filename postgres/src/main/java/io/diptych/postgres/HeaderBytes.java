package io.diptych.postgres;

import io.diptych.message.Header;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A record's headers as one value of a column: whatever bytes they have, in order. */
final class HeaderBytes {

    private HeaderBytes() {}

    static byte[] encode(List<Header> headers) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(headers.size());
            for (Header header : headers) {
                byte[] name = header.name().getBytes(StandardCharsets.UTF_8);
                out.writeInt(name.length);
                out.write(name);
                byte[] value = header.value();
                out.writeInt(value == null ? -1 : value.length);
                out.write(value == null ? new byte[0] : value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Memory does not fail so", e);
        }
        return bytes.toByteArray();
    }

    static List<Header> decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int count = in.readInt();
            var headers = new ArrayList<Header>();
            for (int i = 0; i < count; i++) {
                String name = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
                int length = in.readInt();
                headers.add(new Header(name, length < 0 ? null : in.readNBytes(length)));
            }
            return headers;
        } catch (IOException e) {
            throw new UncheckedIOException("The headers were cut off", e);
        }
    }
}
