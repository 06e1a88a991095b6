package io.diptych.command.internal;

import io.diptych.message.MessageCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes what is known of an aggregate as bytes: its version and recent results in binary, its state as JSON. */
public final class AggregateStateCodec<S> {

    /** Of the bytes' layout, and of what is kept beside them. What was written in another is not read. */
    public static final int FORMAT = 2;

    private final MessageCodec<S> states;

    /** With that form of the state itself. */
    public AggregateStateCodec(MessageCodec<S> states) {
        this.states = states;
    }

    /** All of the aggregate, its failure included. */
    public byte[] encode(AggregateState<S> aggregate) {
        String type = states.typeOf(aggregate.state());
        byte[] state = states.encode(aggregate.state());
        var bytes = new ByteArrayOutputStream(
                state.length + 64 + 80 * aggregate.recent().size());
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(aggregate.version());
            writeText(out, aggregate.failure() == null ? "" : aggregate.failure());
            out.writeShort(aggregate.recent().size());
            for (CommandResult result : aggregate.recent()) {
                write(out, result);
            }
            writeText(out, type);
            out.writeInt(state.length);
            out.write(state);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot be written to", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws RuntimeException when these are not such bytes, or the state can no longer be read
     */
    public AggregateState<S> decode(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            long version = in.readLong();
            String failure = readText(in);
            int results = in.readUnsignedShort();
            List<CommandResult> recent = new ArrayList<>(results);
            for (int i = 0; i < results; i++) {
                recent.add(readResult(in));
            }
            String type = readText(in);
            byte[] state = in.readNBytes(in.readInt());
            return new AggregateState<>(
                    states.decode(type, state), version, recent, failure.isEmpty() ? null : failure);
        } catch (IOException e) {
            throw new UncheckedIOException("The bytes of an aggregate end early", e);
        }
    }

    private static void write(DataOutputStream out, CommandResult result) throws IOException {
        writeText(out, result.commandId());
        writeText(out, result.checksum());
        out.writeLong(result.version());
        out.writeLong(result.offset());
        out.writeInt(result.eventTypes().size());
        for (String type : result.eventTypes()) {
            writeText(out, type);
        }
    }

    private static CommandResult readResult(DataInputStream in) throws IOException {
        String commandId = readText(in);
        String checksum = readText(in);
        long version = in.readLong();
        long offset = in.readLong();
        int types = in.readInt();
        var eventTypes = new ArrayList<String>(types);
        for (int i = 0; i < types; i++) {
            eventTypes.add(readText(in));
        }
        return new CommandResult(commandId, checksum, version, List.copyOf(eventTypes), offset);
    }

    /** Unlike {@link DataOutputStream#writeUTF} without a limit: a command's id is its sender's. */
    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
