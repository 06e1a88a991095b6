package io.diptych;

/** The names of an app's topics, the contract with every Kafka client. */
public final class TopicNames {

    /** Commands of one aggregate, keyed by its id. */
    public static String commands(String app, String aggregate) {
        return app + "." + aggregate + ".commands";
    }

    /** Events of one aggregate, keyed by its id, kept for ever. */
    public static String events(String app, String aggregate) {
        return app + "." + aggregate + ".events";
    }

    /** States of one aggregate as of a point on its event log, so that a new owner need not read the whole log. */
    public static String snapshots(String app, String aggregate) {
        return app + "." + aggregate + ".snapshots";
    }

    /** Replies to the gateways of an app. */
    public static String replies(String app) {
        return app + ".replies";
    }

    /** Records that could not be used, as they came, with the cause in headers. */
    public static String deadLetters(String app) {
        return app + ".dlq";
    }

    /** Events that could not be applied to one read model and those that wait behind them, with the cause in headers. */
    public static String deadLetters(String app, String readModel) {
        return app + "." + readModel + ".dlq";
    }

    /** The rows of one read model, keyed by theirs: the last record of a key is the row as it is, or a tombstone. */
    public static String changes(String app, String readModel) {
        return app + "." + readModel + ".changes";
    }

    /** Rows of one read model over windows, as they were when their windows closed, and as they were corrected. */
    public static String closed(String app, String readModel) {
        return app + "." + readModel + ".closed";
    }

    private TopicNames() {}
}
