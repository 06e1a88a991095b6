package io.diptych.server.internal;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.Problem;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.Seen;
import io.diptych.server.internal.Exchange.Parameter;
import io.diptych.server.internal.RequestHeaders.Preferences;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How fresh a caller asks a query's answer to be, and how fresh the answer says that it is. */
final class AskedFreshness {

    static final String MAX_STALENESS = "max-staleness";
    static final String TOKEN = "Consistency-Token";
    static final String LAG_EVENTS = "Read-Model-Lag-Events";
    static final String LAG_SECONDS = "Read-Model-Lag-Seconds";

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(2);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

    private AskedFreshness() {}

    /** What the request's headers and its parameter ask for. */
    static Freshness of(Exchange exchange) {
        ConsistencyToken token = RequestHeaders.token(exchange.header(TOKEN));
        Preferences preferences = RequestHeaders.prefer(exchange.header("Prefer"));
        Duration wait = preferences.wait(DEFAULT_WAIT);
        if (preferences.waitAsked() != null) {
            exchange.set("Preference-Applied", "wait=" + wait.toSeconds());
        }
        return new Freshness(token, maxStaleness(exchange.query()), wait);
    }

    private static @Nullable Duration maxStaleness(List<Parameter> parameters) {
        Duration asked = null;
        for (Parameter parameter : parameters) {
            if (parameter.name().equals(MAX_STALENESS)) {
                Duration one = seconds(parameter.value());
                asked = asked == null || one.compareTo(asked) < 0 ? one : asked;
            }
        }
        return asked;
    }

    private static Duration seconds(String text) {
        if (!SECONDS.matcher(text).matches()) {
            throw Problem.Type.INVALID_QUERY.exception("The parameter max-staleness is [" + text
                    + "]: it is a number of seconds such as 5 or 0.5, and 0 for all that is committed now");
        }
        return Duration.ofNanos(new BigDecimal(text).movePointRight(9).longValueExact());
    }

    /** Sets the headers that say what the answer has seen; those of the lag are missing while that is unknown. */
    static void tell(Exchange exchange, Seen seen) {
        exchange.noStore();
        if (!seen.token().points().isEmpty()) {
            exchange.set(TOKEN, seen.token().toString());
        }
        if (seen.lag().events() != null) {
            exchange.set(LAG_EVENTS, seen.lag().events().toString());
        }
        if (seen.lag().seconds() != null) {
            exchange.set(LAG_SECONDS, seen.lag().seconds());
        }
    }
}
