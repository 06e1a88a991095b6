package io.diptych.bench.rival.axon;

import io.diptych.bench.rival.axon.OrderCommand.CreateOrder;
import io.diptych.bench.rival.axon.OrderCommand.DeliverOrder;
import io.diptych.bench.rival.axon.OrderCommand.PayOrder;
import io.diptych.bench.rival.axon.OrderCommand.ShipOrder;
import io.diptych.bench.rival.axon.OrderEvent.OrderCreated;
import io.diptych.bench.rival.axon.OrderEvent.OrderDelivered;
import io.diptych.bench.rival.axon.OrderEvent.OrderPaid;
import io.diptych.bench.rival.axon.OrderEvent.OrderShipped;
import org.axonframework.eventsourcing.annotation.EventSourcedEntity;
import org.axonframework.eventsourcing.annotation.EventSourcingHandler;
import org.axonframework.eventsourcing.annotation.reflection.EntityCreator;
import org.axonframework.messaging.commandhandling.annotation.CommandHandler;
import org.axonframework.messaging.eventhandling.gateway.EventAppender;
import org.jspecify.annotations.Nullable;

/** The write model, made anew from its events for each command; a command is answered with the order's version. */
@EventSourcedEntity(tagKey = Order.TAG)
class Order {

    static final String TAG = "Order";

    enum Status {
        CREATED,
        PAID,
        SHIPPED,
        DELIVERED
    }

    private @Nullable Status status;
    private long version;

    @EntityCreator
    Order() {}

    @CommandHandler
    static long handle(CreateOrder command, EventAppender events) {
        if (command.product() == null || command.quantity() == null || command.quantity() <= 0) {
            throw new RefusedException("An order needs a product and a positive quantity: [" + command + "]");
        }
        events.append(new OrderCreated(
                command.orderId(),
                command.product(),
                command.quantity(),
                command.unitPrice(),
                command.customerId(),
                command.country(),
                command.orderedAt()));
        return 1;
    }

    @CommandHandler
    long handle(PayOrder command, EventAppender events) {
        require(Status.CREATED, command);
        events.append(new OrderPaid(command.orderId()));
        return version;
    }

    @CommandHandler
    long handle(ShipOrder command, EventAppender events) {
        require(Status.PAID, command);
        events.append(new OrderShipped(command.orderId()));
        return version;
    }

    @CommandHandler
    long handle(DeliverOrder command, EventAppender events) {
        require(Status.SHIPPED, command);
        events.append(new OrderDelivered(command.orderId()));
        return version;
    }

    private void require(Status before, OrderCommand command) {
        if (status != before) {
            throw new RefusedException("[" + command + "]: the order is [" + status + "]");
        }
    }

    @EventSourcingHandler
    void on(OrderCreated event) {
        become(Status.CREATED);
    }

    @EventSourcingHandler
    void on(OrderPaid event) {
        become(Status.PAID);
    }

    @EventSourcingHandler
    void on(OrderShipped event) {
        become(Status.SHIPPED);
    }

    @EventSourcingHandler
    void on(OrderDelivered event) {
        become(Status.DELIVERED);
    }

    private void become(Status next) {
        status = next;
        version++;
    }
}
