package io.diptych.command.internal;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of an aggregate's last commands, oldest first. Those that were stored stay in the bytes they are stored in: an
 * aggregate is loaded and written far more often than somebody asks for an old result. Immutable but for the offsets of
 * results, which become known late.
 */
public final class RecentResults {

    static final RecentResults NONE = new RecentResults(new byte[0], 0, 0, List.of());

    /** Has the stored results from {@link #from} to its end, each after its length. */
    private final byte[] bytes;

    private final int from;
    private final int stored;
    private final List<CommandResult> added;

    private RecentResults(byte[] bytes, int from, int stored, List<CommandResult> added) {
        this.bytes = bytes;
        this.from = from;
        this.stored = stored;
        this.added = added;
    }

    /**
     * What {@link #write} wrote at the end of these bytes, which must not change any more.
     *
     * @throws RuntimeException when it did not
     */
    static RecentResults at(ByteBuffer in) {
        int count = in.getShort() & 0xFFFF;
        int from = in.position();
        for (int i = 0; i < count; i++) {
            int length = in.getInt();
            in.position(in.position() + length);
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes follow the results");
        }
        return new RecentResults(in.array(), from, count, List.of());
    }

    /** Writes all of them; each must have been located. */
    void write(DataOutputStream out) throws IOException {
        out.writeShort(size());
        out.write(bytes, from, bytes.length - from);
        for (CommandResult result : added) {
            byte[] id = utf8(result.commandId());
            byte[] checksum = utf8(result.checksum());
            List<byte[]> types =
                    result.eventTypes().stream().map(RecentResults::utf8).toList();
            out.writeInt(3 * Integer.BYTES
                    + 2 * Long.BYTES
                    + id.length
                    + checksum.length
                    + types.stream()
                            .mapToInt(type -> Integer.BYTES + type.length)
                            .sum());
            write(out, id);
            write(out, checksum);
            out.writeLong(result.version());
            out.writeLong(result.offset());
            out.writeInt(types.size());
            for (byte[] type : types) {
                write(out, type);
            }
        }
    }

    int size() {
        return stored + added.size();
    }

    /** One more; keeps the last {@code limit}. */
    RecentResults appended(CommandResult result, int limit) {
        // A command's events are replayed one by one: the later result of the same command replaces the earlier.
        RecentResults before = endsWith(result.commandId()) ? withoutLast() : this;
        int start = before.from;
        int kept = before.stored;
        int first = 0;
        for (int excess = before.size() + 1 - limit; excess > 0; excess--) {
            if (kept > 0) {
                start = afterEntry(start);
                kept--;
            } else {
                first++;
            }
        }
        List<CommandResult> others = before.added.subList(first, before.added.size());
        var longer = new ArrayList<CommandResult>(others.size() + 1);
        longer.addAll(others);
        longer.add(result);
        return new RecentResults(before.bytes, start, kept, longer);
    }

    /** The last result of the command with that id; null when it is not among them. */
    @Nullable
    CommandResult of(String commandId) {
        for (int i = added.size() - 1; i >= 0; i--) {
            if (added.get(i).commandId().equals(commandId)) {
                return added.get(i);
            }
        }
        if (stored == 0) {
            return null;
        }
        byte[] id = utf8(commandId);
        int found = -1;
        for (int at = from; at < bytes.length; at = afterEntry(at)) {
            if (isOf(at, id)) {
                found = at;
            }
        }
        return found < 0 ? null : read(found);
    }

    /** All of them. */
    List<CommandResult> all() {
        var all = new ArrayList<CommandResult>(size());
        for (int at = from; at < bytes.length; at = afterEntry(at)) {
            all.add(read(at));
        }
        all.addAll(added);
        return all;
    }

    private boolean endsWith(String commandId) {
        if (!added.isEmpty()) {
            return added.getLast().commandId().equals(commandId);
        }
        return stored > 0 && isOf(lastEntry(), utf8(commandId));
    }

    private RecentResults withoutLast() {
        if (!added.isEmpty()) {
            return new RecentResults(bytes, from, stored, added.subList(0, added.size() - 1));
        }
        return new RecentResults(Arrays.copyOfRange(bytes, from, lastEntry()), 0, stored - 1, List.of());
    }

    private int lastEntry() {
        int at = from;
        for (int i = 1; i < stored; i++) {
            at = afterEntry(at);
        }
        return at;
    }

    private int afterEntry(int at) {
        return at + Integer.BYTES + intAt(at);
    }

    private boolean isOf(int entry, byte[] id) {
        int length = entry + Integer.BYTES;
        int begin = length + Integer.BYTES;
        return intAt(length) == id.length && Arrays.equals(bytes, begin, begin + id.length, id, 0, id.length);
    }

    private int intAt(int index) {
        return ByteBuffer.wrap(bytes).getInt(index);
    }

    private CommandResult read(int entry) {
        ByteBuffer in = ByteBuffer.wrap(bytes).position(entry + Integer.BYTES);
        String id = text(in);
        String checksum = text(in);
        long version = in.getLong();
        long offset = in.getLong();
        int types = in.getInt();
        var eventTypes = new ArrayList<String>(types);
        for (int i = 0; i < types; i++) {
            eventTypes.add(text(in));
        }
        return new CommandResult(id, checksum, version, List.copyOf(eventTypes), offset);
    }

    /** A text after its length, as {@link #write(DataOutputStream, byte[])} writes it. */
    static String text(ByteBuffer in) {
        int length = in.getInt();
        int begin = in.position();
        in.position(begin + length);
        return new String(in.array(), begin, length, StandardCharsets.UTF_8);
    }

    /** Unlike {@link DataOutputStream#writeUTF} without a limit: a command's id is its sender's. */
    static void write(DataOutputStream out, byte[] utf8) throws IOException {
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
