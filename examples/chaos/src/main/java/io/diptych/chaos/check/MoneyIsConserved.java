package io.diptych.chaos.check;

import io.diptych.chaos.bank.AccountEvent;
import io.diptych.chaos.bank.AccountEvent.Deposited;
import io.diptych.chaos.bank.AccountEvent.Withdrawn;
import io.diptych.chaos.check.RunLog.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Transfers move money: the sum over all accounts stays, no balance is negative, and what leaves one reaches another. */
final class MoneyIsConserved implements Check {

    @Override
    public String promise() {
        return "money is conserved, and every transfer is complete";
    }

    @Override
    public List<Violation> judge(Run run) {
        var violations = new ArrayList<Violation>();
        var balances = new HashMap<String, Long>();
        var onTheWay = new HashMap<String, Long>();
        for (Event event : run.log().events()) {
            if (event.recorded().event() instanceof AccountEvent change) {
                long balance = balances.merge(change.accountId(), change.change(), Long::sum);
                if (balance < 0) {
                    violations.add(new Violation("the balance is " + balance + " after " + event, change.accountId()));
                }
                if (change instanceof Withdrawn withdrawn) {
                    onTheWay.merge(withdrawn.transferId(), withdrawn.amount(), Long::sum);
                } else if (change instanceof Deposited deposited) {
                    onTheWay.merge(deposited.transferId(), -deposited.amount(), Long::sum);
                }
            }
        }
        onTheWay.forEach((transfer, amount) -> {
            if (amount != 0) {
                violations.add(new Violation("transfer [" + transfer + "] left " + amount + " on the way", null));
            }
        });
        judgeSum(
                "the log", balances.values().stream().mapToLong(Long::longValue).sum(), run, violations);
        judgeSum("the read model", inTable(run), run, violations);
        return violations;
    }

    private static void judgeSum(String where, long sum, Run run, List<Violation> violations) {
        if (sum != run.money()) {
            violations.add(new Violation(
                    "there were " + run.money() + " at the beginning, and " + where + " has " + sum, null));
        }
    }

    private static long inTable(Run run) {
        return run.tables().getOrDefault("account_balance", List.of()).stream()
                .map((Map<String, Object> row) -> row.get("balance"))
                .mapToLong(balance -> balance instanceof Number number ? number.longValue() : 0)
                .sum();
    }
}
