package io.diptych.bench.bed;

import io.diptych.bench.subject.Subject;
import io.diptych.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.util.Map;

/** The broker, in a process of its own: it shares neither heap nor compiler with what is measured. */
public final class Broker {

    private Broker() {}

    /** The folder of its data. */
    public static void main(String[] args) {
        Subject.listen(Map.of());
        EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(args[0]), 0);
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close));
        Subject.ready(kafka.bootstrapServers(), "");
    }
}
