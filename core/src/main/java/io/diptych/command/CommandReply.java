package io.diptych.command;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.Problem;
import java.util.List;

/** What the owner of an aggregate answers to a command. */
public sealed interface CommandReply extends OwnerReply {

    /**
     * The command took effect, now or when it was first sent.
     *
     * @param aggregate the aggregate's name
     * @param id the aggregate's id
     * @param version the aggregate's version after the command: the number of its events
     * @param events the types of the events it recorded, in order
     * @param token give it to a query to read this write
     */
    record Accepted(String aggregate, String id, long version, List<String> events, ConsistencyToken token)
            implements CommandReply {}

    /** The command changed nothing, and why. */
    record Refused(Problem problem) implements CommandReply {}
}
