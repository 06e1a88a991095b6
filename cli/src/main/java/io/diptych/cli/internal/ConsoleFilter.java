package io.diptych.cli.internal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/** Lets through what a person at the terminal wants to see: what Diptych says, and what is an error elsewhere. */
public final class ConsoleFilter extends Filter<ILoggingEvent> {

    static volatile boolean verbose;

    @Override
    public FilterReply decide(ILoggingEvent event) {
        boolean ours = event.getLoggerName().startsWith("io.diptych");
        boolean shown = verbose || ours || event.getLevel().isGreaterOrEqual(Level.ERROR);
        return shown ? FilterReply.NEUTRAL : FilterReply.DENY;
    }
}
