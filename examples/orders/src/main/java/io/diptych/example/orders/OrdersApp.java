package io.diptych.example.orders;

import io.diptych.App;
import io.diptych.cli.Diptych;
import io.diptych.command.Aggregate;
import io.diptych.example.orders.OrderDecider.Order;
import io.diptych.example.orders.load.LoadOrders;
import io.diptych.projection.ChangeLog;
import io.diptych.projection.ReadModel;

/** Puts the two sides together. */
public final class OrdersApp {

    /** The app: one aggregate, three views of it, and a query in SQL. */
    public static App orders() {
        var order = new Aggregate<>(
                "order", OrderCommand.class, Order.class, OrderEvent.class, OrderCommand::orderId, new OrderDecider());
        var orderSummary = new ReadModel<>(
                        "order_summary", order, OrderSummary.class, OrderEvent::orderId, OrderSummary::evolve)
                .withChangeLog(ChangeLog.DEFAULT.publishing());
        return App.named("orders")
                .with(order)
                .with(orderSummary)
                .with(new ReadModel<>(
                        "product_demand", order, ProductDemand.class, ProductDemand::key, ProductDemand::evolve))
                .with(new ReadModel<>("sales_by_hour", order, SalesByHour.class, SalesByHour.projection()))
                .with(TopCustomer.query().reads(orderSummary));
    }

    /** Runs it: see {@code --help}. */
    public static void main(String[] args) {
        Diptych.run(orders(), args, new LoadOrders());
    }
}
