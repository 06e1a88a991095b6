package io.diptych.kafka;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.TopicNames;
import io.diptych.command.Aggregate;
import io.diptych.command.AggregateHistory;
import io.diptych.command.CommandGateway;
import io.diptych.command.CommandReply;
import io.diptych.command.CommandRequest;
import io.diptych.command.internal.CommandReader;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.MessageCodec;
import io.diptych.message.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sends commands to their topics and hands on the replies; also the way to ask how aggregates stand. */
public final class KafkaCommandGateway implements CommandGateway, AutoCloseable {

    /** An aggregate with what reads its commands. */
    private record Entrance<C>(App app, Aggregate<C, ?, ?> aggregate, MessageCodec<C> codec, CommandReader<C> reader) {

        static <C> Entrance<C> to(App app, Aggregate<C, ?, ?> aggregate) {
            MessageCodec<C> codec = Json.codec(aggregate.commandType());
            return new Entrance<>(app, aggregate, codec, new CommandReader<>(aggregate, codec));
        }

        String aggregateId(String type, byte[] body) {
            return reader.aggregateId(codec.decode(type, body));
        }

        String topic() {
            return TopicNames.commands(app.name(), aggregate.name());
        }
    }

    private final List<Entrance<?>> entrances = new ArrayList<>();
    private final OwnerChannel channel;
    private final KafkaAggregateHistory history;

    private KafkaCommandGateway(App app, KafkaSettings settings) {
        app.aggregates().forEach(aggregate -> entrances.add(Entrance.to(app, aggregate)));
        requireUniqueCommands();
        this.channel = new OwnerChannel(settings, app.name(), TopicNames.replies(app.name()));
        this.history = new KafkaAggregateHistory(app, channel, new EventLookup(settings));
    }

    /** Starts a gateway; the topics must exist. */
    public static KafkaCommandGateway start(App app, KafkaSettings settings) {
        return new KafkaCommandGateway(app, settings);
    }

    /** Whether Kafka answers. */
    public boolean ready() {
        return channel.up();
    }

    /** Reads aggregates; usable until the gateway is closed. */
    public AggregateHistory history() {
        return history;
    }

    @Override
    public Submission send(CommandRequest request) {
        CommandReader.requireSize(request.body());
        for (Entrance<?> entrance : entrances) {
            String type = entrance.codec().canonicalType(request.type());
            if (type != null) {
                return send(request, entrance, type, entrance.aggregateId(type, request.body()));
            }
        }
        throw Problem.Type.UNKNOWN_COMMAND.exception("There is no command [" + request.type() + "]: there are "
                + entrances.stream().flatMap(e -> e.codec().types().stream()).toList());
    }

    @Override
    public void close() {
        channel.close();
        history.close();
    }

    private Submission send(CommandRequest request, Entrance<?> entrance, String type, String aggregateId) {
        OwnerChannel.Sent sent = channel.send(entrance.topic(), aggregateId, request.body(), headers(request, type));
        var reply =
                sent.reply().thenApply(arrived -> new Reply(requireCommandReply(arrived.reply()), arrived.handledAt()));
        return new Submission(entrance.aggregate().name(), type, aggregateId, sent.stored(), reply);
    }

    private static CommandReply requireCommandReply(Object reply) {
        if (reply instanceof CommandReply ofCommand) {
            return ofCommand;
        }
        throw new IllegalStateException("The reply to a command is " + reply);
    }

    private static List<Header> headers(CommandRequest request, String type) {
        var headers = new ArrayList<Header>();
        headers.add(Header.text(Headers.ID, request.id()));
        headers.add(Header.text(Headers.TYPE, type));
        headers.add(Header.text(Headers.CORRELATION_ID, request.id()));
        if (request.expectedVersion() != null) {
            headers.add(Header.text(Headers.EXPECTED_VERSION, Long.toString(request.expectedVersion())));
        }
        if (request.traceparent() != null) {
            headers.add(Header.text(Headers.TRACEPARENT, request.traceparent()));
        }
        return headers;
    }

    private void requireUniqueCommands() {
        Map<String, String> owners = new HashMap<>();
        for (Entrance<?> entrance : entrances) {
            for (String type : entrance.codec().types()) {
                String other = owners.put(type, entrance.aggregate().name());
                if (other != null) {
                    throw new ConfigurationException("The command [" + type + "] belongs to two aggregates, [" + other
                            + "] and [" + entrance.aggregate().name() + "]: rename one");
                }
            }
        }
    }
}
