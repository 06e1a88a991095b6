package io.diptych.bench.poison;

import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.LifeCycle;

/**
 * Which events of a log are poison: one of an order, in so many orders that lie as far from each other as they can. One
 * alone is the last of its order, so that nothing waits behind it; of many each step is as often poison as any other.
 *
 * @param orders of the log
 * @param keys how many of them have a poison event
 */
public record Poison(long orders, int keys) implements EventFill.Marks {

    /** Fewer than there are orders. */
    public Poison {
        if (keys < 0 || keys > orders) {
            throw new IllegalArgumentException("The poisoned keys [" + keys + "] must be from 0 to [" + orders + "]");
        }
    }

    @Override
    public boolean has(long order, int step) {
        if (keys == 0) {
            return false;
        }
        long apart = orders / keys;
        long number = order / apart;
        return order % apart == apart / 2 && number < keys && step == step(number);
    }

    private int step(long number) {
        int steps = LifeCycle.STEPS.size();
        return keys == 1 ? steps - 1 : (int) (number % steps);
    }
}
