package io.diptych.chaos.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Has read models made anew while they are used, and goes back to former ones. */
public final class Operator implements Client {

    /** Between two things it does, on average: some seconds at the pace of clients. */
    private static final int STEPS_AT_EASE = 60;

    private final Gateways gateways;
    private final List<String> readModels;
    private final SplittableRandom random;
    private final AtomicInteger rebuilds = new AtomicInteger();
    private final AtomicInteger rollbacks = new AtomicInteger();

    Operator(Gateways gateways, Collection<String> readModels, SplittableRandom random) {
        this.gateways = gateways;
        this.readModels = new ArrayList<>(readModels);
        this.random = random;
    }

    /** A rebuild that is under way already, and a rollback to nothing, are refused. */
    @Override
    public void step() throws InterruptedException {
        if (random.nextInt(STEPS_AT_EASE) > 0) {
            return;
        }
        String path = "/api/projections/" + readModels.get(random.nextInt(readModels.size()));
        try {
            if (random.nextInt(4) == 0) {
                rollbacks.addAndGet(gateways.post(path + "/rollback", random).statusCode() == 200 ? 1 : 0);
            } else {
                boolean keep = random.nextBoolean();
                int status =
                        gateways.post(path + "/rebuild?keep=" + keep, random).statusCode();
                rebuilds.addAndGet(status == 202 ? 1 : 0);
            }
        } catch (IOException e) {
            // The gateway is one of the parts that are attacked.
            return;
        }
    }

    /** What it did, in words. */
    public String done() {
        return rebuilds + " rebuilds and " + rollbacks + " rollbacks of read models";
    }

    /** How many rebuilds a gateway took up. */
    public int rebuilds() {
        return rebuilds.get();
    }
}
