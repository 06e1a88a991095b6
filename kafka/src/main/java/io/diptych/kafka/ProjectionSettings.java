package io.diptych.kafka;

import io.diptych.ConfigurationException;

/**
 * How events are applied to read models.
 *
 * @param foldAttempts how often an event is tried, one try right after the other, before its row key is parked
 */
public record ProjectionSettings(int foldAttempts) {

    /** A pure fold fails the same way each time; a few tries are for one that is not quite pure. */
    public static final int DEFAULT_FOLD_ATTEMPTS = 3;

    /** With the defaults. */
    public static final ProjectionSettings DEFAULT = new ProjectionSettings(DEFAULT_FOLD_ATTEMPTS);

    /** Refuses what cannot work. */
    public ProjectionSettings {
        if (foldAttempts < 1 || foldAttempts > 100) {
            throw new ConfigurationException("The attempts [" + foldAttempts
                    + "] at an event must be from 1 to 100: there is no wait between them");
        }
    }
}
