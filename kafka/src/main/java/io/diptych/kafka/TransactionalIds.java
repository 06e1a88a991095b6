package io.diptych.kafka;

import java.util.List;

/**
 * Names of the producers that handle the commands of one aggregate: app, aggregate, node, and what the producer is for.
 *
 * @param prefix what the names of all nodes begin with
 */
record TransactionalIds(String prefix) {

    static TransactionalIds of(String app, String aggregate) {
        return new TransactionalIds(app + "." + aggregate + ".");
    }

    /** Of what sends the outbox: one for all nodes, which end each other. */
    static String publisher(String app) {
        return app + ".publisher";
    }

    /** Of the two producers that a node's transactions take in turn. */
    List<String> commands(String node) {
        return List.of(prefix + node + ".0", prefix + node + ".1");
    }

    /** Of the producer of a node's snapshots. */
    String snapshots(String node) {
        return prefix + node + ".snapshots";
    }

    boolean isOfGroup(String id) {
        return id.startsWith(prefix) && id.lastIndexOf('.') > prefix.length();
    }

    /** The node whose producer has that id. */
    String node(String id) {
        return id.substring(prefix.length(), id.lastIndexOf('.'));
    }
}
