package io.diptych.kafka.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.internal.AggregateStore.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SnapshotRecordsTest {

    private static final TopicPartition TO = new TopicPartition("shop.order.snapshots", 3);

    private final SnapshotRecords form = new SnapshotRecords(new byte[] {1, 2, 3, 4});

    @Test
    void places_of_many_aggregates_come_back_as_they_were_from_few_records() {
        List<Place> places = places(0, 10_000);

        List<ProducerRecord<byte[], byte[]>> records = form.events(TO, places);

        assertThat(records).hasSizeBetween(2, 10);
        assertThat(read(form, records)).isEqualTo(places);
    }

    @Test
    void places_are_read_by_owners_of_another_form() {
        List<Place> places = places(7, 3);

        assertThat(read(new SnapshotRecords(new byte[] {5}), form.events(TO, places)))
                .isEqualTo(places);
    }

    @Test
    void records_that_say_different_things_never_replace_one_another() {
        // The same stretch of the log, but another form could not take the event in the middle.
        List<Place> all = places(0, 3);
        List<Place> fewer = List.of(all.getFirst(), all.getLast());

        byte[] one = form.events(TO, all).getFirst().key();
        byte[] other = form.events(TO, fewer).getFirst().key();

        assertThat(Arrays.equals(one, other)).isFalse();
        assertThat(form.events(TO, all).getFirst().key()).isEqualTo(one);
    }

    @Test
    void no_places_are_no_records() {
        assertThat(form.events(TO, List.of())).isEmpty();
    }

    private static List<Place> places(int first, int count) {
        var places = new ArrayList<Place>();
        for (int i = first; i < first + count; i++) {
            places.add(new Place("bestellung-ü-" + i % 400, 1 + i / 400, 5_000_000_000L + i));
        }
        return places;
    }

    private static List<Place> read(SnapshotRecords by, List<ProducerRecord<byte[], byte[]>> records) {
        var places = new ArrayList<Place>();
        for (ProducerRecord<byte[], byte[]> record : records) {
            var stored = new ConsumerRecord<>(TO.topic(), TO.partition(), 0, record.key(), record.value());
            assertThat(by.read(stored))
                    .isInstanceOfSatisfying(
                            SnapshotRecords.Content.Events.class, content -> places.addAll(content.places()));
        }
        return places;
    }
}
