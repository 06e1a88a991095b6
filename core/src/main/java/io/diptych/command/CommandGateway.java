package io.diptych.command;

import io.diptych.message.ProblemException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** The way in for commands: puts them on the log and hands back the owner's reply. Safe for many threads. */
public interface CommandGateway {

    /**
     * Checks the command's form and sends it to the owner of its aggregate.
     *
     * @throws ProblemException when the command is malformed or unknown, or the log cannot be reached; in the first
     *     two cases nothing was sent
     */
    Submission send(CommandRequest request) throws ProblemException;

    /**
     * A command that was sent.
     *
     * @param aggregate the aggregate's name
     * @param type the command's type, as the application spells it
     * @param aggregateId the aggregate's id
     * @param stored completes when the command is durable, with its place on the log; completes exceptionally with a
     *     {@link ProblemException} when that is not known to have happened
     * @param reply completes with the owner's reply; may never complete if the owner is away
     */
    record Submission(
            String aggregate,
            String type,
            String aggregateId,
            CompletableFuture<Place> stored,
            CompletableFuture<Reply> reply) {}

    /** Where a record stands. */
    record Place(String topic, int partition, long offset) {}

    /**
     * A reply as it arrived.
     *
     * @param handledAt when the owner decided, by its clock
     */
    record Reply(CommandReply outcome, Instant handledAt) {}
}
