package io.diptych.chaos.check;

import io.diptych.App;
import io.diptych.chaos.ChaosApp;
import io.diptych.chaos.bank.AccountEvent;
import io.diptych.chaos.bank.AccountEvent.AccountOpened;
import io.diptych.chaos.bank.AccountEvent.Deposited;
import io.diptych.chaos.bank.AccountEvent.Withdrawn;
import io.diptych.chaos.check.RunLog.Answer;
import io.diptych.chaos.check.RunLog.Event;
import io.diptych.chaos.check.RunLog.Sent;
import io.diptych.chaos.load.Attempt;
import io.diptych.chaos.load.Call;
import io.diptych.chaos.load.Outcome;
import io.diptych.chaos.load.Request;
import io.diptych.chaos.load.TokenRead;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A history of two accounts, made by hand. Every event stands at the offset that is its version. */
final class History {

    private static final App APP = ChaosApp.app();

    private final Map<String, Request> requests = new LinkedHashMap<>();
    private final Map<String, List<Attempt>> attempts = new HashMap<>();
    private final List<Event> events = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<String> deadLetters = new ArrayList<>();
    private final List<TokenRead> reads = new ArrayList<>();
    private final List<Map<String, Object>> balances = new ArrayList<>();
    private final List<Map<String, Object>> transfers = new ArrayList<>();
    private final List<Map<String, Object>> duringTrouble = new ArrayList<>();
    private long money;

    /** A command of that key to an account, from and to a time. */
    History call(String key, String type, String account, long amount, long from, long to, Outcome outcome) {
        String body = "{\"accountId\":\"" + account + "\",\"transferId\":\"t\",\"amount\":" + amount + "}";
        requests.putIfAbsent(key, new Request(key, "account", account, type, body, null));
        attempts.computeIfAbsent(key, k -> new ArrayList<>()).add(new Attempt(from, to, "gateway-1", outcome));
        return this;
    }

    History opened(String account, long version, String key, long amount) {
        return event(new AccountOpened(account, amount), version, key);
    }

    History withdrawn(String account, long version, String key, long amount) {
        return event(new Withdrawn(account, "t", amount), version, key);
    }

    History deposited(String account, long version, String key, long amount) {
        return event(new Deposited(account, "t", amount), version, key);
    }

    private History event(AccountEvent event, long version, String key) {
        var metadata = new Metadata(event.accountId() + "@" + version, Instant.EPOCH, key, key, null);
        String type = event.getClass().getSimpleName();
        events.add(new Event("account", new Recorded<>(event, type, event.accountId(), version, metadata, 0, version)));
        return this;
    }

    History sent(String key, String correlation) {
        sent.add(new Sent("account", key, correlation, 0, sent.size()));
        return this;
    }

    History answered(String key, String correlation, String body) {
        answers.add(new Answer(key, correlation, body, 0, answers.size()));
        return this;
    }

    History deadLetter(String what) {
        deadLetters.add(what);
        return this;
    }

    History read(long written, long read) {
        reads.add(new TokenRead("account_balance", "a", "account:0:1", written, read));
        return this;
    }

    History row(String account, int balance, int movements, int version) {
        balances.add(Map.of("accountId", account, "balance", balance, "movements", movements, "version", version));
        return this;
    }

    /** As it is at the end; {@code before}: as it was during the trouble as well. */
    History transfer(String id, int amount, boolean withdrawn, boolean deposited, boolean before) {
        Map<String, Object> row =
                Map.of("transferId", id, "amount", amount, "withdrawn", withdrawn, "deposited", deposited);
        transfers.add(row);
        if (before) {
            duringTrouble.add(row);
        }
        return this;
    }

    History money(long sum) {
        money = sum;
        return this;
    }

    Run run() {
        List<Call> calls = requests.values().stream()
                .map(request -> new Call(request, attempts.get(request.key())))
                .toList();
        Map<String, List<Map<String, Object>>> tables = Map.of(
                "order_summary",
                List.of(),
                "sales_by_hour",
                List.of(),
                "product_demand",
                List.of(),
                "account_balance",
                balances,
                "transfer",
                transfers);
        return new Run(APP, calls, reads, new RunLog(events, sent, answers, deadLetters), tables, duringTrouble, money);
    }

    static Outcome accepted(long version) {
        return new Outcome.Accepted(version, "account:0:" + version);
    }

    static Outcome refused(String code) {
        return new Outcome.Refused(422, "rejected", code);
    }

    static Outcome unknown() {
        return new Outcome.Unknown("202");
    }
}
