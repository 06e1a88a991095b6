package io.diptych.command.internal;

import org.jspecify.annotations.Nullable;

/**
 * Says when an owner may publish and when it may begin with what was published, so that whoever reads snapshots to
 * their end has the states as of one position. While events are read that an earlier owner published already, nothing
 * is: an older state must not replace a newer one. Snapshots that lack something are made complete only by an owner that
 * took up every event.
 */
public final class SnapshotProgress {

    /** What an owner has before it reads events. */
    public enum Beginning {
        /** What is on this disk. */
        DISK,
        SNAPSHOTS,
        NOTHING
    }

    private @Nullable SnapshotPosition last;
    private boolean fromFirstEvent;

    /**
     * Goes on from what is there.
     *
     * @param last where the snapshots are; null when there are none
     * @param beginning what the owner begins with
     */
    public SnapshotProgress(@Nullable SnapshotPosition last, Beginning beginning) {
        this.last = last;
        this.fromFirstEvent = beginning == Beginning.NOTHING;
    }

    /**
     * What to begin with.
     *
     * @param disk the position on this disk; null when nothing was kept there
     * @param published where the snapshots are; null when there are none
     * @param far so many events ahead, the snapshots are read quicker than the events
     */
    public static Beginning beginning(@Nullable Long disk, @Nullable SnapshotPosition published, long far) {
        SnapshotPosition usable = published != null && published.complete() ? published : null;
        if (disk != null && (usable == null || !isElsewhere(disk, usable, far))) {
            return Beginning.DISK;
        }
        return usable != null ? Beginning.SNAPSHOTS : Beginning.NOTHING;
    }

    /** A disk that is ahead is none that was published from. */
    private static boolean isElsewhere(long disk, SnapshotPosition published, long far) {
        return disk > published.nextEvent() || published.nextEvent() - disk > far;
    }

    /**
     * Where publishing all that changed up to that event brings the snapshots; null when it must not be published.
     *
     * @param whole whether nothing is left out
     */
    public @Nullable SnapshotPosition after(long nextEvent, boolean whole) {
        SnapshotPosition before = last == null ? new SnapshotPosition(0, fromFirstEvent) : last;
        if (before.complete() && nextEvent <= before.nextEvent()) {
            return null;
        }
        fromFirstEvent &= whole;
        boolean complete = whole && (before.complete() || fromFirstEvent && nextEvent >= before.nextEvent());
        return new SnapshotPosition(Math.max(nextEvent, before.nextEvent()), complete);
    }

    /** It was published. */
    public void reached(SnapshotPosition position) {
        last = position;
    }

    /** From now on all events are taken up once more. */
    public void beginAgain() {
        fromFirstEvent = true;
    }
}
