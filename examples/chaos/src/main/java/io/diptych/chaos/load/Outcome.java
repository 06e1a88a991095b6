package io.diptych.chaos.load;

import org.jspecify.annotations.Nullable;

/** What a client heard of one attempt. */
public sealed interface Outcome {

    /** 200. */
    record Accepted(long version, String token) implements Outcome {}

    /**
     * 4xx: this attempt has changed nothing.
     *
     * @param problem its type, such as {@code rejected}
     * @param code of the domain's refusal
     */
    record Refused(int status, String problem, @Nullable String code) implements Outcome {}

    /** Nobody listened, or the gateway says that nothing was sent. */
    record NotSent(String why) implements Outcome {}

    /** It may have taken effect, may yet, or may never. */
    record Unknown(String why) implements Outcome {}
}
