package io.diptych.bench.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Callers that each take one order after the other through its life, and know what has become of all of them. */
public final class OrderCallers implements Callers.Call {

    /** An order that was answered, in that version, at that time by the nano clock. */
    public record Answered(String orderId, long version, long nanoTime) {}

    private final HttpApi api;
    private final LifeCycle orders;
    private final long[] order = new long[Callers.COUNT];
    private final int[] step = new int[Callers.COUNT];
    private final AtomicLong nextOrder = new AtomicLong();
    private final AtomicLong created = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong units = new AtomicLong();
    private final AtomicReference<@Nullable Answered> latest = new AtomicReference<>();

    /** Orders whose ids have that prefix. */
    public OrderCallers(HttpApi api, String prefix) {
        this.api = api;
        this.orders = new LifeCycle(prefix);
    }

    /** The order of which a command was answered last, if any was. */
    public @Nullable Answered latest() {
        return latest.get();
    }

    /** What the read model must add up to once it has seen everything. */
    public OrderTable.Sums expected() {
        return new OrderTable.Sums(created.get(), accepted.get(), units.get());
    }

    @Override
    public void once(int caller) {
        int now = step[caller];
        if (now == 0) {
            order[caller] = nextOrder.getAndIncrement();
        }
        LifeCycle.Command command = orders.command(order[caller], now);
        api.send(command);
        latest.set(new Answered(command.orderId(), now + 1, System.nanoTime()));
        accepted.incrementAndGet();
        if (now == 0) {
            created.incrementAndGet();
            units.addAndGet(LifeCycle.quantity(order[caller]));
        }
        step[caller] = (now + 1) % LifeCycle.STEPS.size();
    }
}
