package io.diptych.server.internal;

import io.diptych.message.Limits;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.util.concurrent.Semaphore;

/**
 * How much a gateway has in hand at once: so many requests, and so many bytes in their bodies. What goes beyond is turned
 * away, so that neither an owner that is away nor one that is slow makes the memory grow.
 */
final class InFlight {

    /** A quarter of the default heap; what the largest commands in number would need is more than a node has. */
    private static final int MAX_BODY_KIB = 256 * 1024;

    private static final int KIB = 1024;
    private static final int LARGEST_KIB = Limits.MAX_COMMAND_BYTES / KIB;

    private final String what;
    private final int max;
    private final Semaphore requests;
    private final Semaphore bodies = new Semaphore(MAX_BODY_KIB);

    /** For at most that many; {@code what} names them in messages. */
    InFlight(String what, int max) {
        this.what = what;
        this.max = max;
        this.requests = new Semaphore(max);
    }

    /** Those taken in and not answered yet. */
    int count() {
        return max - requests.availablePermits();
    }

    /**
     * Takes one in, with a body of that size, or less than 0 when the size is not known before.
     *
     * @return what to close when it is answered
     * @throws ProblemException {@link Problem.Type#OVERLOADED} when there are too many
     */
    Place enter(long bodyBytes) {
        if (!requests.tryAcquire()) {
            throw Problem.Type.OVERLOADED.exception("There are already [" + max + "] " + what
                    + " being answered here: send this one again later, or to another gateway");
        }
        int kib = bodyBytes < 0 ? LARGEST_KIB : (int) Math.min(LARGEST_KIB, (bodyBytes + KIB - 1) / KIB);
        if (!bodies.tryAcquire(kib)) {
            requests.release();
            throw Problem.Type.OVERLOADED.exception("The " + what + " being answered here have [" + MAX_BODY_KIB / KIB
                    + "] MiB of content: send this one again later, or to another gateway");
        }
        return () -> {
            bodies.release(kib);
            requests.release();
        };
    }

    /** A request that was taken in. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }
}
