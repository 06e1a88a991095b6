package io.diptych.command.internal;

import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the commands on the log lead to when they are handled one after the other and nothing ever fails: the promise,
 * written down a second time without transactions, batches, owners or stores.
 */
final class Sequentially {

    record Event(String account, int version, String value, String command) {}

    private record Result(String command, String body, int version, int events, long offset) {}

    private static final class Account {
        private int balance;
        private int version;
        private final List<Result> recent = new ArrayList<>();
        private final List<Long> offsets = new ArrayList<>();
    }

    private final SimulatedKafka kafka;
    private final int recentCommands;
    private final List<Map<String, Account>> accounts = new ArrayList<>();
    private final List<List<Event>> events = new ArrayList<>();
    private final Map<String, String> replies = new TreeMap<>();
    private final List<String> deadLetters = new ArrayList<>();
    private final Set<String> fromGateways = new HashSet<>();

    Sequentially(SimulatedKafka kafka, int recentCommands) {
        this.kafka = kafka;
        this.recentCommands = recentCommands;
        for (int i = 0; i < SimulatedKafka.PARTITIONS; i++) {
            accounts.add(new TreeMap<>());
            events.add(new ArrayList<>());
            var offsets = kafka.read(SimulatedKafka.EVENTS, i).stream()
                    .map(LogRecord::offset)
                    .toList();
            for (LogRecord command : kafka.read(SimulatedKafka.COMMANDS, i)) {
                handle(command, offsets);
            }
        }
        deadLetters.sort(null);
    }

    List<Event> events(int partition) {
        return events.get(partition);
    }

    /** How the reply to each delivery begins. */
    Map<String, String> replies() {
        return replies;
    }

    boolean isFromGateway(String delivery) {
        return fromGateways.contains(delivery);
    }

    List<String> deadLetters() {
        return deadLetters;
    }

    Set<String> accounts(int partition) {
        return accounts.get(partition).keySet();
    }

    String state(int partition, String id) {
        Account account = accounts.get(partition).get(id);
        if (account == null || account.version == 0) {
            return "nothing";
        }
        return account.balance + " v" + account.version
                + account.recent.stream()
                        .map(r -> r.command() + " v" + r.version() + " " + types(r.events()) + " at " + r.offset())
                        .toList();
    }

    private void handle(LogRecord record, List<Long> offsets) {
        String delivery = String.valueOf(record.text(Headers.REPLY_CORRELATION_ID));
        if (SimulatedSenders.REPLIES.equals(record.text(Headers.REPLY_TOPIC))) {
            fromGateways.add(delivery);
        }
        if (AggregateQuery.TYPE.equals(record.text(Headers.TYPE))) {
            answer(record, delivery);
            return;
        }
        String body = new String(record.value());
        String[] words = body.split(" ");
        String key = record.key() == null ? null : new String(record.key());
        if (words.length != 2) {
            deadLetter(delivery, "malformed");
        } else if (key != null && !key.equals(words[0]) && !key.equals("account-" + words[0])) {
            deadLetter(delivery, "key-mismatch");
        } else if (SimulatedKafka.partitionOf(words[0].getBytes()) == record.partition()) {
            String reply = reply(record, delivery, words[0], Integer.parseInt(words[1]), body, offsets);
            replies.put(delivery, reply);
        }
    }

    private void answer(LogRecord question, String delivery) {
        byte[] key = question.key();
        if (key == null || SimulatedKafka.partitionOf(key) != question.partition()) {
            return;
        }
        Account known = accounts.get(question.partition()).get(new String(key));
        Account account = known == null ? new Account() : known;
        String from = question.text(Headers.FROM_VERSION);
        String asked = from == null
                ? account.balance + " []"
                : "- "
                        + account.offsets.stream()
                                .skip(Integer.parseInt(from) - 1)
                                .limit(Integer.parseInt(String.valueOf(question.text(Headers.LIMIT))))
                                .toList();
        replies.put(delivery, "excerpt v" + account.version + " " + asked);
    }

    private void deadLetter(String delivery, String why) {
        deadLetters.add(delivery);
        replies.put(delivery, "refused " + why);
    }

    private String reply(LogRecord record, String delivery, String id, int amount, String body, List<Long> offsets) {
        Account account = accounts.get(record.partition()).computeIfAbsent(id, a -> new Account());
        String named = record.text(Headers.ID);
        String command = named != null ? named : record.topic() + "/" + record.partition() + "/" + record.offset();
        Result first = account.recent.stream()
                .filter(r -> r.command().equals(command))
                .findFirst()
                .orElse(null);
        if (first != null) {
            return first.body().equals(body) ? accepted(record, first) : "refused idempotency-key-reused";
        }
        String expected = record.text(Headers.EXPECTED_VERSION);
        if (expected != null && Integer.parseInt(expected) != account.version) {
            return "refused version-conflict The account [" + id + "] is at version [" + account.version + "], not ["
                    + expected + "]";
        }
        return switch (amount) {
            case 0 -> "accepted v" + account.version + " [] account:" + record.partition() + ":";
            case 666 -> {
                deadLetter(delivery, "handler-failed");
                yield "refused handler-failed";
            }
            default ->
                amount < 0 ? "refused rejected" : accepted(record, pay(record, account, id, command, amount, offsets));
        };
    }

    private Result pay(LogRecord record, Account account, String id, String command, int amount, List<Long> offsets) {
        List<Event> all = events.get(record.partition());
        int parts = amount == 100 ? 2 : 1;
        for (int i = 0; i < parts; i++) {
            all.add(new Event(id, ++account.version, Integer.toString(amount / parts), command));
            // Which offset an event has is the log's to say: markers and aborted records have some as well.
            account.offsets.add(all.size() <= offsets.size() ? offsets.get(all.size() - 1) : -1);
        }
        account.balance += amount;
        var result = new Result(command, new String(record.value()), account.version, parts, account.offsets.getLast());
        account.recent.add(result);
        if (account.recent.size() > recentCommands) {
            account.recent.removeFirst();
        }
        return result;
    }

    private static String accepted(LogRecord record, Result result) {
        return "accepted v" + result.version() + " " + types(result.events()) + " account:" + record.partition() + ":"
                + result.offset();
    }

    private static List<String> types(int events) {
        return events == 2 ? List.of("PaidIn", "PaidIn") : List.of("PaidIn");
    }
}
