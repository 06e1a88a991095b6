package io.diptych.command.internal;

import io.diptych.command.CommandObserver.Outcome;
import io.diptych.command.OwnerReply;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What one transaction is to write: gathered while commands are handled, written at once. */
final class CommandBatch {

    /** Of an event's headers and key, roughly. */
    private static final int HEADER_BYTES = 400;

    /** A reply whose content may depend on where the events will stand. */
    record PendingReply(LogRecord command, Supplier<? extends OwnerReply> reply) {}

    private record PendingResult(String aggregateId, CommandResult result, int firstEvent, int lastEvent) {}

    /** The last event of a partition, and the command after the one that it follows from. */
    private record Told(int event, long nextCommand) {}

    private final List<NewRecord> events = new ArrayList<>();
    private long eventBytes;
    private final List<PendingResult> results = new ArrayList<>();
    private final List<PendingReply> replies = new ArrayList<>();
    private final List<NewRecord> others = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<Integer, Long> nextCommands = new HashMap<>();
    private final Map<Integer, Long> nextEvents = new HashMap<>();
    private final Map<Integer, Told> told = new HashMap<>();
    private final Map<Integer, List<AggregateStore.Place>> places = new HashMap<>();

    /** Events that the command on the aggregate recorded, and what the command led to. */
    void record(LogRecord command, String aggregateId, List<NewRecord> ofOneCommand, CommandResult result) {
        int first = events.size();
        events.addAll(ofOneCommand);
        told.put(command.partition(), new Told(events.size() - 1, command.offset() + 1));
        for (NewRecord event : ofOneCommand) {
            byte[] payload = event.value();
            eventBytes += HEADER_BYTES + (payload == null ? 0 : payload.length);
        }
        results.add(new PendingResult(aggregateId, result, first, events.size() - 1));
    }

    /** A reply, if the command asks for one. */
    void reply(LogRecord command, Supplier<? extends OwnerReply> reply) {
        if (Envelopes.isReplyWanted(command)) {
            replies.add(new PendingReply(command, reply));
        }
    }

    /** A dead letter or a forwarded command. */
    void send(NewRecord record) {
        others.add(record);
    }

    /** The command was handled, with that outcome. */
    void handled(LogRecord command, Outcome outcome) {
        outcomes.add(outcome);
        passed(command);
    }

    /** The record was dealt with and counts as no command. */
    void passed(LogRecord record) {
        nextCommands.put(record.partition(), record.offset() + 1);
    }

    /** Has the last event of each partition say which commands are handled with it. */
    void tellNextCommands(String commandLogId) {
        for (Told last : told.values()) {
            NewRecord event = events.get(last.event());
            events.set(
                    last.event(),
                    event.with(Header.text(Headers.NEXT_COMMAND, commandLogId + ':' + last.nextCommand())));
        }
    }

    /** Whether the events, once they say it, tell of all commands that they are handled. */
    boolean isToldByEvents() {
        return nextCommands.entrySet().stream().allMatch(next -> {
            Told last = told.get(next.getKey());
            return last != null && last.nextCommand() == next.getValue();
        });
    }

    /** Takes over where the events stand, in the order of {@link #events()}. */
    void locate(long[] offsets) {
        for (PendingResult pending : results) {
            pending.result().locate(offsets[pending.lastEvent()]);
            for (int i = pending.firstEvent(); i <= pending.lastEvent(); i++) {
                long version = pending.result().version() - (pending.lastEvent() - i);
                Integer partition = events.get(i).partition();
                places.computeIfAbsent(partition, p -> new ArrayList<>())
                        .add(new AggregateStore.Place(pending.aggregateId(), version, offsets[i]));
            }
        }
        for (int i = 0; i < offsets.length; i++) {
            Integer partition = events.get(i).partition();
            if (partition != null) {
                nextEvents.put(partition, offsets[i] + 1);
            }
        }
    }

    List<NewRecord> events() {
        return events;
    }

    /** That the events take on the log, roughly. */
    long eventBytes() {
        return eventBytes;
    }

    /** Where the batch's events of the partition stand; known once they are located. */
    List<AggregateStore.Place> places(int partition) {
        return places.getOrDefault(partition, List.of());
    }

    List<PendingReply> replies() {
        return replies;
    }

    List<NewRecord> others() {
        return others;
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    /** For each partition the command to go on with. */
    Map<Integer, Long> nextCommands() {
        return nextCommands;
    }

    /** The offset past the batch's last event of the partition, or the position given when it has none. */
    long nextEvent(int partition, long otherwise) {
        return nextEvents.getOrDefault(partition, otherwise);
    }
}
