package io.diptych.chaos;

import io.diptych.App;
import io.diptych.chaos.bank.AccountBalance;
import io.diptych.chaos.bank.AccountCommand;
import io.diptych.chaos.bank.AccountDecider;
import io.diptych.chaos.bank.AccountEvent;
import io.diptych.chaos.bank.TransferStatus;
import io.diptych.cli.Diptych;
import io.diptych.command.Aggregate;
import io.diptych.example.orders.OrdersApp;
import io.diptych.projection.ReadModel;

/** The system under attack: the order system and a bank. */
public final class ChaosApp {

    private ChaosApp() {}

    /** Two aggregates, their read models, and the queries of the orders. */
    public static App app() {
        App orders = OrdersApp.orders();
        var account = new Aggregate<>(
                "account",
                AccountCommand.class,
                AccountDecider.Account.class,
                AccountEvent.class,
                AccountCommand::accountId,
                new AccountDecider());
        return new App("chaos", orders.aggregates(), orders.readModels(), orders.formerReadModels(), orders.queries())
                .with(account)
                .with(new ReadModel<>(
                        "account_balance",
                        account,
                        AccountBalance.class,
                        AccountEvent::accountId,
                        AccountBalance::evolve))
                .with(new ReadModel<>(
                        TransferStatus.READ_MODEL,
                        account,
                        TransferStatus.class,
                        TransferStatus::key,
                        TransferStatus::evolve));
    }

    /** Runs the attack, or one of its nodes: see {@code --help}. */
    public static void main(String[] args) {
        Diptych.run(app(), args, new ChaosCommand());
    }
}
