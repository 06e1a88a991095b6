package io.diptych.kafka;

import io.diptych.ConfigurationException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How commands are handled.
 *
 * @param stateDir where aggregates are kept between restarts, for this node alone; null for a folder that is deleted
 *     when the node ends
 * @param recentCommands how many results are kept per aggregate to answer the same command again
 * @param stateCacheBytes of encoded states kept in memory per aggregate type; as objects they take about three times that
 * @param snapshots whether states are published, so that a node with an empty disk need not read the whole log
 */
public record CommandSettings(@Nullable Path stateDir, int recentCommands, long stateCacheBytes, boolean snapshots) {

    /** Results kept per aggregate unless told otherwise: more than a caller that tries again has under way. */
    public static final int DEFAULT_RECENT_COMMANDS = 64;

    /** With the defaults, and a folder that is deleted at the end. */
    public static final CommandSettings DEFAULT = new CommandSettings(null, DEFAULT_RECENT_COMMANDS, 32L << 20, true);

    /** Refuses what cannot work. */
    public CommandSettings {
        if (recentCommands < 1 || recentCommands > 10_000) {
            throw new ConfigurationException(
                    "The recent commands [" + recentCommands + "] kept per aggregate must be from 1 to 10000");
        }
        if (stateCacheBytes < 0) {
            throw new ConfigurationException("The cache of [" + stateCacheBytes + "] bytes must not be negative");
        }
    }

    /** The same with that folder. */
    public CommandSettings withStateDir(Path folder) {
        return new CommandSettings(folder, recentCommands, stateCacheBytes, snapshots);
    }
}
