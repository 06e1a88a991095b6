package io.diptych.chaos.cluster;

import java.io.IOException;
import java.util.List;

/** Signals to processes of ours, by their ids. */
final class Signals {

    private Signals() {}

    /**
     * Sends it.
     *
     * @throws IOException when one of them is not there
     */
    static void send(String signal, List<ProcessHandle> processes) throws IOException, InterruptedException {
        var command = new StringBuilder("kill -" + signal);
        processes.forEach(process -> command.append(' ').append(process.pid()));
        int exit = new ProcessBuilder("sh", "-c", command.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("[" + command + "] failed: the process has ended already");
        }
    }
}
