package io.diptych.bench.rival.pekko;

import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityContext;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.pattern.StatusReply;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandlerWithReply;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import org.apache.pekko.persistence.typed.javadsl.ReplyEffect;
import org.jspecify.annotations.Nullable;

/** An order: the write side. */
final class OrderEntity
        extends EventSourcedBehaviorWithEnforcedReplies<OrderEntity.Handle, OrderEvent, OrderEntity.Order> {

    static final EntityTypeKey<Handle> KEY = EntityTypeKey.create(Handle.class, "Order");

    /** Projections that share the orders among them. */
    static final int TAGS = 4;

    /** A command; it is answered with the order's version. */
    record Handle(String type, OrderData data, ActorRef<StatusReply<Long>> replyTo) implements AsJson {}

    record Order(@Nullable String status, long version) implements AsJson {}

    private final String orderId;

    private OrderEntity(String orderId) {
        super(PersistenceId.of(KEY.name(), orderId));
        this.orderId = orderId;
    }

    static Behavior<Handle> create(EntityContext<Handle> context) {
        return new OrderEntity(context.getEntityId());
    }

    static String tag(int number) {
        return "orders-" + number;
    }

    @Override
    public Order emptyState() {
        return new Order(null, 0);
    }

    @Override
    public CommandHandlerWithReply<Handle, OrderEvent, Order> commandHandler() {
        return newCommandHandlerWithReplyBuilder()
                .forAnyState()
                .onCommand(Handle.class, this::decide)
                .build();
    }

    private ReplyEffect<OrderEvent, Order> decide(Order order, Handle command) {
        String status = OrderEvent.after(order.status(), command.type());
        if (status == null) {
            return Effect()
                    .reply(
                            command.replyTo(),
                            StatusReply.error(
                                    command.type() + ": order [" + orderId + "] is [" + order.status() + "]"));
        }
        OrderEvent event = status.equals("CREATED")
                ? new OrderEvent.Created(command.data())
                : new OrderEvent.Moved(orderId, status);
        return Effect().persist(event).thenReply(command.replyTo(), after -> StatusReply.success(after.version()));
    }

    @Override
    public EventHandler<Order, OrderEvent> eventHandler() {
        return newEventHandlerBuilder()
                .forAnyState()
                .onAnyEvent((order, event) -> new Order(event.status(), order.version() + 1));
    }

    @Override
    public Set<String> tagsFor(OrderEvent event) {
        return Set.of(tag(Math.floorMod(orderId.hashCode(), TAGS)));
    }
}
