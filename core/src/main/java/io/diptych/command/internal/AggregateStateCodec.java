package io.diptych.command.internal;

import static io.diptych.command.internal.RecentResults.utf8;

import io.diptych.message.MessageCodec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Writes what is known of an aggregate as bytes: its version and recent results in binary, its state as JSON. */
public final class AggregateStateCodec<S> {

    /** Of the bytes' layout, and of what is kept beside them. What was written in another is not read. */
    public static final int FORMAT = 4;

    private final MessageCodec<S> states;

    /** With that form of the state itself. */
    public AggregateStateCodec(MessageCodec<S> states) {
        this.states = states;
    }

    /** All of the aggregate, its failure included. */
    public byte[] encode(AggregateState<S> aggregate) {
        byte[] state = states.encode(aggregate.state());
        var bytes = new ByteArrayOutputStream(
                state.length + 64 + 160 * aggregate.recent().size());
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(aggregate.version());
            RecentResults.write(out, utf8(aggregate.failure() == null ? "" : aggregate.failure()));
            RecentResults.write(out, utf8(states.typeOf(aggregate.state())));
            RecentResults.write(out, state);
            aggregate.recent().write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot be written to", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #encode} wrote. The bytes must not change any more.
     *
     * @throws RuntimeException when these are not such bytes, or the state can no longer be read
     */
    public AggregateState<S> decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long version = in.getLong();
        String failure = RecentResults.text(in);
        String type = RecentResults.text(in);
        byte[] state = new byte[in.getInt()];
        in.get(state);
        return new AggregateState<>(
                states.decode(type, state), version, RecentResults.at(in), failure.isEmpty() ? null : failure);
    }

    /** The same aggregate with its recent results in the bytes that {@link #encode} wrote of it. */
    public AggregateState<S> stored(AggregateState<S> aggregate, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).position(Long.BYTES);
        for (int text = 0; text < 3; text++) {
            int length = in.getInt();
            in.position(in.position() + length);
        }
        return new AggregateState<>(aggregate.state(), aggregate.version(), RecentResults.at(in), aggregate.failure());
    }
}
