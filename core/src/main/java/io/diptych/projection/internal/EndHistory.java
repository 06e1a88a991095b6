package io.diptych.projection.internal;

import java.util.Arrays;

/**
 * Where one partition ended at which time. Ends and times only grow. Of equal ends the newest time is kept. When it is
 * full, every second of the older half goes, so that memory is bounded and goes far back, the less exactly the farther.
 */
final class EndHistory {

    /** Instead of an end or a time. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private static final int KEPT = 256;

    private final long[] ends = new long[KEPT];
    private final long[] times = new long[KEPT];
    private int count;

    /** At that time the end was there. */
    void add(long end, long time) {
        if (count > 0 && end <= ends[count - 1]) {
            times[count - 1] = time;
            return;
        }
        if (count == KEPT) {
            thinOut();
        }
        ends[count] = end;
        times[count] = time;
        count++;
    }

    private void thinOut() {
        int kept = 0;
        for (int i = 0; i < KEPT; i++) {
            if (i >= KEPT / 2 || i % 2 == 0) {
                ends[kept] = ends[i];
                times[kept] = times[i];
                kept++;
            }
        }
        count = kept;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** The newest end; 0 when there is none. */
    long end() {
        return count == 0 ? 0 : ends[count - 1];
    }

    /** The newest time at which the end was not beyond the position. */
    long reached(long position) {
        if (count > 0 && position >= ends[count - 1]) {
            return times[count - 1];
        }
        int found = Arrays.binarySearch(ends, 0, count, position);
        int last = found >= 0 ? found : -found - 2;
        return last < 0 ? UNKNOWN : times[last];
    }

    /** An end that was not before the end at that time, the earliest known. */
    long endAt(long time) {
        int found = Arrays.binarySearch(times, 0, count, time);
        int first = found >= 0 ? found : -found - 1;
        return first == count ? UNKNOWN : ends[first];
    }
}
