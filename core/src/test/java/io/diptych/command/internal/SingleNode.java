package io.diptych.command.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.CommandObserver.Outcome;
import io.diptych.command.CommandStatus;
import io.diptych.message.Header;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One worker on a simulated broker: handles what is sent to it, to the end. */
final class SingleNode {

    static final String REPLIES = "bank.replies";

    private static final int RECENT_COMMANDS = 4;
    private static final int STEPS = 100;

    private final SimulatedKafka kafka = new SimulatedKafka();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Interference interference;
    private CommandWorker<?, ?, ?> worker;

    SingleNode() {
        this(Interference.NONE);
    }

    SingleNode(Interference interference) {
        this.interference = interference;
        this.worker = start();
    }

    private CommandWorker<?, ?, ?> start() {
        var log = new SimulatedLog(kafka, "node", false, () -> true, interference);
        return new CommandWorker<>(Bank.setup(outcomes, () -> Bank.NOW.plusMillis(kafka.now()), RECENT_COMMANDS), log);
    }

    /** Stops it; another one begins with an empty store. */
    void restart() {
        worker.close();
        worker = start();
    }

    /** Sends a command or a question, as any client may. */
    void send(@Nullable Integer partition, @Nullable String key, String value, Header... headers) {
        kafka.send(SimulatedKafka.COMMANDS, partition, key, value, headers);
    }

    /** Lets time go by. */
    void pass(Duration time) {
        kafka.pass(time.toMillis());
    }

    /** Has it handle all that was sent. */
    void drain() {
        for (int i = 0; i < STEPS && !kafka.isDrained(); i++) {
            worker.step(Duration.ZERO);
            kafka.pass(100);
            while (kafka.markOne(0)) {
                kafka.pass(1);
            }
        }
        assertThat(kafka.isDrained()).isTrue();
    }

    /** Has another producer commit an event to each partition, the transaction's end there being lost until the next drain. */
    void loseTheEndOfATransaction() {
        int epoch = kafka.initProducer("other.0");
        for (int partition = 0; partition < SimulatedKafka.PARTITIONS; partition++) {
            kafka.append("other.0", epoch, new NewRecord(SimulatedKafka.EVENTS, partition, null, List.of(), null));
        }
        kafka.commit("other.0", epoch);
    }

    /** How the worker is doing after that time. */
    CommandStatus statusAfter(Duration time) {
        for (long passed = 0; passed < time.toMillis(); passed += 500) {
            worker.step(Duration.ZERO);
            kafka.pass(500);
        }
        worker.step(Duration.ZERO);
        return worker.status();
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    List<LogRecord> events() {
        return read(SimulatedKafka.EVENTS);
    }

    List<String> replies() {
        return read(REPLIES).stream().map(reply -> new String(reply.value())).toList();
    }

    /** All committed records of a topic. */
    List<LogRecord> read(String topic) {
        return kafka.read(topic);
    }
}
