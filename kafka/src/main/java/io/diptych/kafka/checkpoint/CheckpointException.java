package io.diptych.kafka.checkpoint;

import java.nio.file.Path;

/** A checkpoint could not be used; says which, and what to do. */
final class CheckpointException extends Exception {

    private static final long serialVersionUID = 1L;

    CheckpointException(Path folder, String verb, Exception cause) {
        super(
                "The checkpoint in [" + folder + "] cannot be " + verb + ": " + cause.getMessage()
                        + ". Make room or give the process the right to it, or name another folder with --state-dir",
                cause);
    }
}
