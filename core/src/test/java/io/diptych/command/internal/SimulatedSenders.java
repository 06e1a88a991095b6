package io.diptych.command.internal;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Clients that send commands of all kinds: with and without key and id, to the right partition or not, once and again,
 * with an expected version, such as are refused, fail or cannot be read.
 */
final class SimulatedSenders {

    /** Of gateways, and of a client that has a topic of its own. */
    static final String REPLIES = "bank.replies";

    static final String OWN_REPLIES = "answers";

    private static final int COMMANDS = 28;
    private static final int ACCOUNTS = 5;

    private final SimulatedKafka kafka;
    private final SplittableRandom random;
    private final List<Integer> sent = new ArrayList<>();
    private int deliveries;
    private int calmAfter = Integer.MAX_VALUE;

    SimulatedSenders(SimulatedKafka kafka, SplittableRandom random) {
        this.kafka = kafka;
        this.random = random;
    }

    /** Sends a question, or a command, perhaps one that was sent before; says which. */
    String sendOne() {
        if (random.nextInt(10) == 0) {
            return ask();
        }
        int number = random.nextInt(COMMANDS);
        sent.add(number);
        return send(number);
    }

    private String ask() {
        String account = "a-" + random.nextInt(ACCOUNTS);
        var range =
                random.nextBoolean() ? null : new AggregateQuery.Range(1 + random.nextInt(4), 1 + random.nextInt(9));
        String delivery = "d-" + ++deliveries;
        var headers = new ArrayList<>(new AggregateQuery(account, range).headers());
        headers.add(Header.text(Headers.REPLY_TOPIC, random.nextBoolean() ? REPLIES : OWN_REPLIES));
        headers.add(Header.text(Headers.REPLY_CORRELATION_ID, delivery));
        int partition = partition(account, random.nextInt(4) == 0);
        kafka.send(SimulatedKafka.COMMANDS, partition, account, "", headers.toArray(Header[]::new));
        return delivery + " asks for " + account + " on partition " + partition;
    }

    private int partition(String account, boolean anywhere) {
        return anywhere ? random.nextInt(SimulatedKafka.PARTITIONS) : SimulatedKafka.partitionOf(account.getBytes());
    }

    /** Whether everything was calm since that was sent. */
    boolean isCalm(String delivery) {
        return Integer.parseInt(delivery.substring(2)) > calmAfter;
    }

    /** Sends some of what was sent before, much later. */
    void repeatSome() {
        calmAfter = deliveries;
        for (int i = 0; i < 5 && !sent.isEmpty(); i++) {
            send(sent.get(random.nextInt(sent.size())));
        }
    }

    private String send(int number) {
        String account = "a-" + number % ACCOUNTS;
        // Now and then another command under the same id.
        int amount = amount(number) + (random.nextInt(20) == 0 ? 1_000 : 0);
        String body = number == 26 ? "nonsense" : account + " " + amount;
        var headers = new ArrayList<Header>();
        if (random.nextInt(20) > 0) {
            headers.add(Header.text(Headers.ID, "c-" + number));
        }
        if (number % 6 == 5) {
            headers.add(Header.text(Headers.EXPECTED_VERSION, Integer.toString(number % 4)));
        }
        headers.add(Header.text(Headers.REPLY_TOPIC, random.nextBoolean() ? REPLIES : OWN_REPLIES));
        String delivery = "d-" + ++deliveries;
        headers.add(Header.text(Headers.REPLY_CORRELATION_ID, delivery));
        int partition = partition(account, number == 26 || random.nextInt(4) == 0);
        kafka.send(SimulatedKafka.COMMANDS, partition, key(number, account), body, headers.toArray(Header[]::new));
        return delivery + " is command c-" + number + " [" + body + "] on partition " + partition;
    }

    private @Nullable String key(int number, String account) {
        if (number == 27) {
            return "a-99";
        }
        return switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> "account-" + account;
            default -> account;
        };
    }

    private static int amount(int number) {
        return switch (number % 9) {
            case 0 -> 100;
            case 1 -> -5;
            case 2 -> 0;
            case 3 -> number == 3 ? 666 : 100;
            default -> number + 1;
        };
    }
}
