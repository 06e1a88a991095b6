package io.diptych.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports on loopback. */
final class Ports {

    private Ports() {}

    /** A port that nobody holds now. */
    static int free() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new EmbeddedException("No free port on loopback: " + e.getMessage(), e);
        }
    }

    /** The port itself, or a free one for 0; refuses one that is in use. */
    static int require(int port, String what) {
        if (port == 0) {
            return free();
        }
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return port;
        } catch (IOException e) {
            throw new EmbeddedException(
                    "The port [" + port + "] for " + what
                            + " is in use: stop the program that holds it or choose another port",
                    e);
        }
    }
}
