package io.diptych.message;

import org.jspecify.annotations.Nullable;

/**
 * Turns the messages of one family (an aggregate's commands, or its events) into payloads and back.
 *
 * @param <T> the family
 */
public interface MessageCodec<T> {

    /** The name the application gives the type that the caller spelt {@code CreateOrder} or {@code create_order}. */
    @Nullable
    String canonicalType(String spelling);

    /** The names of all types, as the application spells them, in the order of their declaration. */
    java.util.List<String> types();

    /** The name of the message's type. */
    String typeOf(T message);

    /**
     * Reads a payload.
     *
     * @param type a canonical type
     * @throws ProblemException {@link Problem.Type#MALFORMED} or {@link Problem.Type#INVALID_COMMAND}, naming the value
     */
    T decode(String type, byte[] payload);

    /** Writes a payload. */
    byte[] encode(T message);

    /** The type the payload itself names, in a field {@code type} or {@code command}; null when there is none. */
    @Nullable
    String typeIn(byte[] payload);
}
