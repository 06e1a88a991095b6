package io.diptych.cli.internal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * What is logged where: a person at the terminal sees little and no stack traces; a log file has everything. See
 * {@code logback.xml}. Does nothing when the app brings another logging library than Logback.
 */
public final class Logging {

    /** Where failures go that the terminal is told in one sentence: only a log file shows them. */
    private static final String FAILURES = "io.diptych.failures";

    private static final Logger LOG = LoggerFactory.getLogger(FAILURES);

    private Logging() {}

    /** Brings in what libraries log through the JDK's own logging. */
    public static void begin() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /** Shows everything on the terminal. */
    public static void verbose() {
        ConsoleFilter.verbose = true;
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger("io.diptych").setLevel(Level.DEBUG);
            context.getLogger("org.apache.kafka").setLevel(Level.INFO);
        }
    }

    /** Puts a failure with its stack trace into the log file, if there is one. */
    public static void record(Throwable failure) {
        LOG.error("The command failed", failure);
    }

    /** From now on everything also goes to that file, which is kept below 10 MB, with one older one. */
    static void toFile(Path file) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d %-5level [%thread] %logger{0}: %msg%n%ex");
        encoder.start();
        var appender = new RollingFileAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setEncoder(encoder);
        var older = new FixedWindowRollingPolicy();
        older.setContext(context);
        older.setParent(appender);
        older.setFileNamePattern(file + ".%i");
        older.setMaxIndex(1);
        older.start();
        var trigger = new SizeBasedTriggeringPolicy<ILoggingEvent>();
        trigger.setContext(context);
        trigger.setMaxFileSize(new FileSize(10 * FileSize.MB_COEFFICIENT));
        trigger.start();
        appender.setRollingPolicy(older);
        appender.setTriggeringPolicy(trigger);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger(FAILURES).addAppender(appender);
    }
}
