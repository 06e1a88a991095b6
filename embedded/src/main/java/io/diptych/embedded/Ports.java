package io.diptych.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports on loopback, for servers that are started again on the same one. */
public final class Ports {

    /**
     * Below the ports that systems give to outgoing connections. On one of those, a client that keeps trying to
     * reach a stopped server connects to itself in the end, and the server cannot have its port back.
     */
    private static final int FIRST = 20_000;

    private static final int END = 32_000;
    private static final int TRIES = 100;

    private Ports() {}

    /** A port that nobody holds now. */
    public static int free() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port)) {
                return port;
            }
        }
        throw new EmbeddedException(
                "No free port found on loopback between [" + FIRST + "] and [" + END + "]: name one", null);
    }

    /** The port itself, or a free one for 0; refuses one that is in use. */
    static int require(int port, String what) {
        if (port == 0) {
            return free();
        }
        if (!isFree(port)) {
            throw new EmbeddedException(
                    "The port [" + port + "] for " + what
                            + " is in use: stop the program that holds it or choose another port",
                    null);
        }
        return port;
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
