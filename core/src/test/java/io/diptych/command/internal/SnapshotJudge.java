package io.diptych.command.internal;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import java.util.TreeMap;

/** Judges what whoever reads the snapshot topic has. */
final class SnapshotJudge {

    private static final String JUDGE = "snapshots are as of their position";

    private final Simulation simulation;

    SnapshotJudge(Simulation simulation) {
        this.simulation = simulation;
    }

    /** Complete ones hold each account as the events before their position make it, and where these stand. */
    void snapshotsAreAsOfTheirPosition(int partition, String form) {
        var kafka = simulation.kafka();
        if (kafka.lastStable(SimulatedSnapshots.TOPIC, partition) < kafka.end(SimulatedSnapshots.TOPIC, partition)) {
            return; // Whoever begins waits: what can be read ends in the middle of a publication, perhaps.
        }
        var content = SimulatedSnapshots.read(simulation.kafka(), form, partition);
        SnapshotPosition position = content.position();
        if (position == null || !position.complete()) {
            return;
        }
        var wantedStates = new TreeMap<String, String>();
        var wantedPlaces = new TreeMap<String, Long>();
        var balances = new TreeMap<String, Integer>();
        for (LogRecord event : simulation.kafka().decided(SimulatedKafka.EVENTS, partition)) {
            if (event.offset() < position.nextEvent()) {
                String id = String.valueOf(event.text(Headers.SUBJECT));
                int balance = balances.merge(id, Integer.parseInt(new String(event.value())), Integer::sum);
                wantedStates.put(id, balance + " v" + event.text(Headers.SEQUENCE));
                wantedPlaces.put(id + "@" + event.text(Headers.SEQUENCE), event.offset());
            }
        }
        var codec = SimulatedStore.codec(form);
        var states = new TreeMap<String, String>();
        content.rows().forEach((id, row) -> {
            AggregateState<Integer> state = codec.decode(row);
            states.put(id, state.state() + " v" + state.version());
        });
        var places = new TreeMap<String, Long>();
        for (Place place : content.places()) {
            if (place.offset() < position.nextEvent()) {
                places.put(place.id() + "@" + place.version(), place.offset());
            }
        }
        if (!states.equals(wantedStates) || !places.equals(wantedPlaces)) {
            throw simulation.violation(
                    JUDGE,
                    "partition " + partition + " form [" + form + "] at " + position + " has " + states + " at "
                            + places + "\n  instead of " + wantedStates + " at " + wantedPlaces);
        }
    }
}
