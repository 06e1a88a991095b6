package io.diptych.bench.suite;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.load.EventFill;
import java.sql.SQLException;
import java.util.function.LongConsumer;

/** Events that are there at once, each time in one transaction, for a node that has read models made of them. */
final class Flood {

    private final RowsNode node;
    private long written;
    private int transactions;

    /** Nobody else writes to the log that the node reads. */
    Flood(RowsNode node) {
        this.node = node;
    }

    /** Nanoseconds from the moment in which so many events can be seen until all read models have seen them. */
    long nanos(EventFill fill, int events, LongConsumer send) throws SQLException, InterruptedException {
        fill.begin();
        for (int number = 0; number < events; number++) {
            send.accept(number);
        }
        written += events;
        // Each transaction but the last has left the offset of its end in every partition.
        long position = written + (long) Bed.PARTITIONS * transactions;
        transactions++;
        fill.flush();
        long begun = System.nanoTime();
        fill.commit();
        long unused = node.awaitPosition(position);
        return System.nanoTime() - begun;
    }
}
