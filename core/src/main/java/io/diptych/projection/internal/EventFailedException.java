package io.diptych.projection.internal;

/** The application could not read or fold one event. */
final class EventFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int partition;
    private final long offset;

    EventFailedException(int partition, long offset, Throwable cause) {
        super(cause);
        this.partition = partition;
        this.offset = offset;
    }

    int partition() {
        return partition;
    }

    long offset() {
        return offset;
    }
}
