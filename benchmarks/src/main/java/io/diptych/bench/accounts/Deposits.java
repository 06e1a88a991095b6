package io.diptych.bench.accounts;

import io.diptych.bench.load.KafkaLoad;
import java.nio.charset.StandardCharsets;
import java.util.function.LongFunction;

/**
 * Deposits by their numbers: the same number is always the same deposit. First each account of a set is opened, one after
 * the other, then deposits go to accounts of the set at random, then it is the next set's turn.
 *
 * @param accounts of a set
 * @param openings deposits by which each account of a set is opened
 * @param times events of each of these; the deposits that follow have one
 * @param more deposits to a set once it is open
 * @param note at the end of each command and its event
 */
public record Deposits(long accounts, int openings, int times, long more, String note)
        implements LongFunction<KafkaLoad.Command> {

    /** More than anybody sends: there is one set only. */
    private static final long FOREVER = Long.MAX_VALUE / 2;

    /** To that many accounts, which have one event each before they have more. */
    public static Deposits among(long accounts) {
        return new Deposits(accounts, 1, 1, FOREVER, "");
    }

    /** The same accounts in each round, with so many events each before the first. */
    public Deposits withHistory(int events, int atOnce) {
        return new Deposits(accounts, events / atOnce, atOnce, more, note);
    }

    /** Other accounts after so many deposits, so that none gets many. */
    public Deposits withFreshAccountsAfter(int deposits) {
        return new Deposits(accounts, openings, times, deposits, note);
    }

    /** Commands and events of about so many bytes. */
    public Deposits ofBytes(int bytes) {
        int bare = command(0).bytes().length + ",\"note\":\"\"".length();
        return new Deposits(accounts, openings, times, more, "x".repeat(Math.max(0, bytes - bare)));
    }

    /** Deposits that are still to be sent after so many until all accounts of the set are open. */
    public long untilOpen(long sent) {
        return Math.max(0, toOpen() - sent % ofSet());
    }

    /** Accounts that have got something after so many deposits that have left no set half open. */
    public long reached(long sent) {
        return (sent + ofSet() - 1) / ofSet() * accounts;
    }

    @Override
    public KafkaLoad.Command apply(long number) {
        return command(number);
    }

    private Deposit command(long number) {
        long set = number / ofSet();
        long inSet = number % ofSet();
        boolean opens = inSet < toOpen();
        long account = opens ? inSet % accounts : Math.floorMod(mixed(number), accounts);
        return new Deposit(set * accounts + account, opens ? times : 1, note);
    }

    private long toOpen() {
        return accounts * openings;
    }

    private long ofSet() {
        return toOpen() + more;
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): neighbours have nothing in common any more. */
    private static long mixed(long number) {
        long z = number * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private record Deposit(long account, int events, String note) implements KafkaLoad.Command {

        @Override
        public String key() {
            return "a-" + account;
        }

        @Override
        public String type() {
            return "Deposit";
        }

        @Override
        public byte[] bytes() {
            String often = events == 1 ? "" : ",\"times\":" + events;
            String noted = note.isEmpty() ? "" : ",\"note\":\"" + note + "\"";
            return ("{\"account\":\"" + key() + "\",\"amount\":1" + often + noted + "}")
                    .getBytes(StandardCharsets.UTF_8);
        }
    }
}
