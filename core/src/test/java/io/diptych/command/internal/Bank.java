package io.diptych.command.internal;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.AggregateExcerpt;
import io.diptych.command.CommandObserver;
import io.diptych.command.CommandReply;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.command.OwnerReply;
import io.diptych.message.MessageCodec;
import io.diptych.message.Metadata;
import io.diptych.message.Problem;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A small domain to drive the engine with: payloads are texts such as {@code a-1 5}. */
final class Bank {

    /** Pays in: one event of the amount; 0 changes nothing, less is refused, 666 is a defect, 100 makes two events. */
    record PayIn(String account, int amount) {}

    record PaidIn(int amount) {}

    static final Aggregate<PayIn, Integer, PaidIn> ACCOUNT =
            new Aggregate<>("account", PayIn.class, Integer.class, PaidIn.class, PayIn::account, new AccountDecider());
    static final App APP = App.named("bank").with(ACCOUNT);
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private Bank() {}

    static EngineSetup<PayIn, Integer, PaidIn> setup(
            List<CommandObserver.Outcome> outcomes, InstantSource clock, int recentCommands) {
        var observer = new CommandObserver() {
            @Override
            public void handled(String aggregate, Outcome outcome) {
                outcomes.add(outcome);
            }

            @Override
            public void committed(String aggregate, int commands, int events, java.time.Duration took) {}
        };
        return setup(ACCOUNT, partition -> new MemoryAggregateStore<>(), clock, observer, recentCommands);
    }

    static EngineSetup<PayIn, Integer, PaidIn> setup(
            Aggregate<PayIn, Integer, PaidIn> aggregate,
            AggregateStore.Factory<Integer> stores,
            InstantSource clock,
            CommandObserver observer,
            int recentCommands) {
        return new EngineSetup<>(
                APP,
                aggregate,
                new Commands(),
                new Events(),
                new Balances(""),
                Bank::reply,
                stores,
                clock,
                observer,
                recentCommands);
    }

    /** The account, with something that happens before each decision. */
    static Aggregate<PayIn, Integer, PaidIn> account(Runnable beforeDeciding) {
        var decider = new AccountDecider();
        return new Aggregate<>("account", PayIn.class, Integer.class, PaidIn.class, PayIn::account, new Decider<>() {
            @Override
            public Integer initialState() {
                return decider.initialState();
            }

            @Override
            public Decision<PaidIn> decide(PayIn command, Integer state, Metadata metadata) {
                beforeDeciding.run();
                return decider.decide(command, state, metadata);
            }

            @Override
            public Integer evolve(Integer state, PaidIn event) {
                return decider.evolve(state, event);
            }
        });
    }

    static byte[] reply(OwnerReply reply) {
        String text = switch (reply) {
            case CommandReply.Accepted a -> "accepted v" + a.version() + " " + a.events() + " " + a.token();
            case CommandReply.Refused r ->
                "refused " + r.problem().type().slug() + " " + r.problem().detail();
            case AggregateExcerpt e -> "excerpt v" + e.version() + " " + state(e) + " " + e.offsets();
        };
        return text.getBytes();
    }

    private static String state(AggregateExcerpt excerpt) {
        AggregateExcerpt.State state = excerpt.state();
        return state == null ? "-" : new String(state.json());
    }

    private static final class AccountDecider implements Decider<PayIn, Integer, PaidIn> {
        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Decision<PaidIn> decide(PayIn command, Integer state, Metadata metadata) {
            return switch (command.amount()) {
                case 0 -> Decision.accept();
                case 666 -> throw new IllegalStateException("a defect");
                case 100 -> Decision.accept(new PaidIn(50), new PaidIn(50));
                case 20_000 ->
                    Decision.accept(Collections.nCopies(20_000, new PaidIn(1)).toArray(PaidIn[]::new));
                default ->
                    command.amount() < 0
                            ? Decision.reject("invalid-amount", "The amount [" + command.amount() + "] is negative")
                            : Decision.accept(new PaidIn(command.amount()));
            };
        }

        @Override
        public Integer evolve(Integer state, PaidIn event) {
            return state + event.amount();
        }
    }

    private abstract static class TextCodec<T> implements MessageCodec<T> {
        private final String type;

        TextCodec(String type) {
            this.type = type;
        }

        @Override
        public @Nullable String canonicalType(String spelling) {
            return spelling.equals(type) ? type : null;
        }

        @Override
        public List<String> types() {
            return List.of(type);
        }

        @Override
        public String typeOf(T message) {
            return type;
        }

        @Override
        public @Nullable String typeIn(byte[] payload) {
            return type;
        }
    }

    private static final class Commands extends TextCodec<PayIn> {
        Commands() {
            super("PayIn");
        }

        @Override
        public PayIn decode(String type, byte[] payload) {
            var parts = new ArrayList<>(List.of(new String(payload).split(" ")));
            if (parts.size() != 2) {
                throw Problem.Type.MALFORMED.exception("The body [" + new String(payload) + "] is not two words");
            }
            return new PayIn(parts.get(0), Integer.parseInt(parts.get(1)));
        }

        @Override
        public byte[] encode(PayIn message) {
            return (message.account() + " " + message.amount()).getBytes();
        }
    }

    private static final class Events extends TextCodec<PaidIn> {
        Events() {
            super("PaidIn");
        }

        @Override
        public PaidIn decode(String type, byte[] payload) {
            return new PaidIn(Integer.parseInt(new String(payload)));
        }

        @Override
        public byte[] encode(PaidIn message) {
            return Integer.toString(message.amount()).getBytes();
        }
    }

    static final class Balances extends TextCodec<Integer> {
        private final String form;

        /** Written so, and read only when written so. */
        Balances(String form) {
            super("Integer");
            this.form = form;
        }

        @Override
        public Integer decode(String type, byte[] payload) {
            String text = new String(payload);
            if (!text.startsWith(form)) {
                throw new IllegalArgumentException("[" + text + "] is not of the form [" + form + "]");
            }
            return Integer.valueOf(text.substring(form.length()));
        }

        @Override
        public byte[] encode(Integer message) {
            return (form + message).getBytes();
        }
    }
}
