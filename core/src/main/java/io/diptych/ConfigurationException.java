package io.diptych;

/** The application or a setting cannot work as it is. The message is one sentence that says what to change. */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the sentence for the person who configures. */
    public ConfigurationException(String message) {
        super(message);
    }
}
