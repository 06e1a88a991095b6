package io.diptych.message.internal;

import java.time.Duration;

/**
 * Whether records come in crowds. A transaction costs much the same whatever is in it, so where many come each time it is worth
 * a moment to have those along that are about to come: fewer transactions leave more of the processors for everything else.
 * Where they come one by one nobody waits.
 */
public final class Crowd {

    /** Short beside what records wait for when so many come at once. */
    private static final Duration MOMENT = Duration.ofMillis(5);

    /** Records at once that are many; of fewer a transaction every few milliseconds is no burden. */
    private static final int MANY = 16;

    /** Records that nobody waits for more of: they are worth a transaction. */
    private static final int ENOUGH = 1000;

    private final int many;
    private int last;

    /** None have come yet. */
    public Crowd() {
        this(MANY);
    }

    /** One to which another number is many. */
    public Crowd(int many) {
        this.many = many;
    }

    /** How long to wait for more than those that have just come. */
    public Duration patience(int come) {
        return last >= many && come < ENOUGH ? MOMENT : Duration.ZERO;
    }

    /** So many came together in the end. */
    public void came(int records) {
        last = records;
    }
}
