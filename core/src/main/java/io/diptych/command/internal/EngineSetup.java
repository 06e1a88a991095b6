package io.diptych.command.internal;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.command.Aggregate;
import io.diptych.command.CommandObserver;
import io.diptych.command.OwnerReply;
import io.diptych.message.MessageCodec;
import java.time.InstantSource;
import java.util.function.Function;

/**
 * What the engine of one aggregate works with.
 *
 * @param replies writes a reply's payload
 * @param recentCommands how many results per aggregate are kept to answer duplicates
 */
public record EngineSetup<C, S, E>(
        App app,
        Aggregate<C, S, E> aggregate,
        MessageCodec<C> commands,
        MessageCodec<E> events,
        MessageCodec<S> states,
        Function<OwnerReply, byte[]> replies,
        AggregateStore.Factory<S> stores,
        InstantSource clock,
        CommandObserver observer,
        int recentCommands) {

    String commandTopic() {
        return TopicNames.commands(app.name(), aggregate.name());
    }

    String eventTopic() {
        return TopicNames.events(app.name(), aggregate.name());
    }

    String deadLetterTopic() {
        return TopicNames.deadLetters(app.name());
    }
}
