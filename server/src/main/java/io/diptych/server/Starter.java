package io.diptych.server;

import io.diptych.ConfigurationException;
import io.diptych.message.ProblemException;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does one thing of a node's start in the background, again and again until it works: what it needs may be away. */
final class Starter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Starter.class);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(2);
    private static final Duration BETWEEN_LOG_LINES = Duration.ofSeconds(5);

    private final String name;
    private final Step step;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile State state = new State(false, "is being started", Instant.now());
    private volatile @Nullable ConfigurationException fatal;
    private volatile boolean closed;

    /** The thing to do; is repeated when it throws, except for a {@link ConfigurationException}. */
    interface Step {
        void run() throws InterruptedException;
    }

    /**
     * How far the start is.
     *
     * @param reason why it is not done
     */
    record State(boolean done, String reason, Instant since) {}

    /** Begins, on a thread of its own. */
    Starter(String name, Step step) {
        this.name = name;
        this.step = step;
        this.thread = Thread.ofVirtual().name("start-" + name).start(this::run);
    }

    State state() {
        return state;
    }

    /**
     * Waits for the end of the start.
     *
     * @return whether it is done
     * @throws ConfigurationException when it will never be
     */
    boolean await(Duration atMost) throws InterruptedException {
        if (!ended.await(atMost.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS)) {
            return false;
        }
        ConfigurationException cause = fatal;
        if (cause != null) {
            throw cause;
        }
        return state.done();
    }

    private void run() {
        try {
            Duration backoff = FIRST_BACKOFF;
            long loggedAt = System.nanoTime() - BETWEEN_LOG_LINES.toNanos();
            while (!attempt()) {
                if (System.nanoTime() - loggedAt >= BETWEEN_LOG_LINES.toNanos()) {
                    loggedAt = System.nanoTime();
                    LOG.warn("Waiting for {}: {}", name, state.reason());
                }
                Thread.sleep(backoff);
                backoff = backoff.multipliedBy(2);
                backoff = backoff.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : backoff;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    /** True when no further attempt makes sense. */
    private boolean attempt() throws InterruptedException {
        try {
            step.run();
            state = new State(true, "", Instant.now());
            return true;
        } catch (RuntimeException e) {
            return closed || failed(e);
        }
    }

    /** True when trying again cannot help. */
    private boolean failed(RuntimeException cause) {
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        state = new State(false, reason, state.since());
        if (cause instanceof ConfigurationException configuration) {
            fatal = configuration;
            LOG.error("{} cannot be started: {}", name, reason);
            return true;
        }
        if (!(cause instanceof ProblemException) && !(cause instanceof StoreUnavailableException)) {
            LOG.error("{} could not be started, trying again", name, cause);
        }
        return false;
    }

    /** Gives up. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
