package io.diptych.chaos.cluster;

import java.io.IOException;

/** A part of the system that can be attacked. Used by one thread at a time. */
public interface Target {

    /** Such as {@code broker-2}. */
    String name();

    /** Which kind of part it is. */
    Group group();

    /** Ends it as {@code kill -9} does; returns when it is gone. */
    void kill() throws IOException, InterruptedException;

    /** Asks it to end, and waits; after 20 seconds it is killed. */
    void stop() throws IOException, InterruptedException;

    /** Starts it again, on the same port with the same data; returns at once. */
    void start() throws IOException;

    /** SIGSTOP: it is there, and does nothing. */
    void freeze() throws IOException, InterruptedException;

    /** SIGCONT. */
    void thaw() throws IOException, InterruptedException;

    /** Whether it does its work. */
    boolean up();

    /** The kinds of parts, each of which several may stand in for one another. */
    enum Group {
        BROKER,
        DATABASE,
        GATEWAY,
        COMMAND,
        PROJECTION
    }
}
