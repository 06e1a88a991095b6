package io.diptych.server.internal;

import io.diptych.App;
import io.diptych.command.AggregateHistory;
import io.diptych.command.CommandGateway;
import io.diptych.command.CommandStatus;
import io.diptych.message.ProblemException;
import io.diptych.projection.DeadLetters;
import io.diptych.projection.Generations;
import io.diptych.projection.LateEvents;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModelQueries;
import io.diptych.projection.ReadModelStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the HTTP API answers from. Its parts come and go while the server runs. */
public interface Backend {

    /** The application. */
    App app();

    /**
     * The way in for commands.
     *
     * @throws ProblemException {@link io.diptych.message.Problem.Type#UNAVAILABLE} saying why, while there is none
     */
    CommandGateway commands();

    /**
     * The way to ask how aggregates stand.
     *
     * @throws ProblemException {@link io.diptych.message.Problem.Type#UNAVAILABLE} saying why, while there is none
     */
    AggregateHistory history();

    /**
     * The read models.
     *
     * @throws ProblemException {@link io.diptych.message.Problem.Type#UNAVAILABLE} saying why, while there are none
     */
    ReadModelQueries queries();

    /**
     * The generations of the read models.
     *
     * @throws ProblemException {@link io.diptych.message.Problem.Type#UNAVAILABLE} saying why, while there are none
     */
    Generations generations();

    /**
     * The dead letters of the read models.
     *
     * @throws ProblemException {@link io.diptych.message.Problem.Type#UNAVAILABLE} saying why, while there are none
     */
    DeadLetters deadLetters();

    /** How much of each read model is parked, as of some seconds ago; empty while that is not known. */
    List<DeadLetters.Depth> parked();

    /**
     * The late events of the read models over windows.
     *
     * @throws ProblemException {@link io.diptych.message.Problem.Type#UNAVAILABLE} saying why, while there are none
     */
    LateEvents lateEvents();

    /** How much of each read model over windows is late, as of some seconds ago; empty while that is not known. */
    List<LateEvents.Depth> late();

    /** Whether this node follows the read models' progress, so that a flow can tell when a row became visible. */
    boolean followsReadModels();

    /** The command engines on this node. */
    List<CommandStatus> engines();

    /** The projections on this node. */
    List<ProjectionStatus> projections();

    /** All read models, whichever nodes keep them current; empty on a node that does not know. */
    List<ReadModelStatus> readModels();

    /** What this node cannot work without, such as Kafka and PostgreSQL. */
    List<Part> parts();

    /**
     * Something needed from outside.
     *
     * @param name such as {@code kafka}
     * @param up whether it can be used now
     * @param reason why not; null when it can
     * @param since when that began
     */
    record Part(String name, boolean up, @Nullable String reason, Instant since) {}
}
