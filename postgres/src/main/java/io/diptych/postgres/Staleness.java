package io.diptych.postgres;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.ConsistencyToken.Point;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.Lag;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.Seen;
import io.diptych.projection.internal.LogEnds;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a read model has to have passed to be as fresh as asked, and what is said of it when it has, or has not. */
final class Staleness {

    private final LogEnds ends;

    Staleness(LogEnds ends) {
        this.ends = ends;
    }

    /**
     * What an answer shows.
     *
     * @param reached of each aggregate the positions that all rows of the answer have reached
     */
    Seen seen(Map<String, Map<Integer, Long>> reached) {
        var points = new ArrayList<Point>();
        Lag lag = new Lag(0L, Duration.ZERO);
        for (Map.Entry<String, Map<Integer, Long>> one : reached.entrySet()) {
            one.getValue().forEach((partition, position) -> {
                if (position > 0) {
                    points.add(new Point(one.getKey(), partition, position - 1));
                }
            });
            lag = lag.plus(ends.lag(one.getKey(), one.getValue()));
        }
        return new Seen(new ConsistencyToken(points), lag);
    }

    /**
     * The points to have passed, for the token as for the greatest age.
     *
     * @param now when the query came
     * @param deadline when it has to be answered
     * @return null when it cannot be told by then what is recent enough
     */
    @Nullable
    List<Point> points(String aggregate, Freshness freshness, long now, long deadline) throws InterruptedException {
        List<Point> points = ofToken(aggregate, freshness);
        if (freshness.maxStaleness() != null) {
            var recent = ends.asOf(aggregate, now - freshness.maxStaleness().toNanos(), deadline);
            if (recent == null) {
                return null;
            }
            points.addAll(recent);
        }
        return points;
    }

    private static List<Point> ofToken(String aggregate, Freshness freshness) {
        ConsistencyToken token = freshness.token();
        var points = new ArrayList<Point>();
        if (token != null) {
            token.points().stream()
                    .filter(point -> point.aggregate().equals(aggregate))
                    .forEach(points::add);
        }
        return points;
    }

    static @Nullable Point firstNotPassed(List<Point> points, Map<Integer, Long> positions) {
        for (Point point : points) {
            if (positions.getOrDefault(point.partition(), 0L) <= point.offset()) {
                return point;
            }
        }
        return null;
    }

    /** Why a read model at these positions cannot answer: it has not passed the token, or else it is too old. */
    ProblemException problem(String readModel, String aggregate, Map<Integer, Long> positions, Freshness freshness) {
        Point point = firstNotPassed(ofToken(aggregate, freshness), positions);
        return point == null
                ? tooOld(readModel, aggregate, positions, freshness)
                : notCaughtUp(readModel, aggregate, point, positions, freshness);
    }

    private ProblemException notCaughtUp(
            String readModel, String aggregate, Point point, Map<Integer, Long> positions, Freshness freshness) {
        long position = positions.getOrDefault(point.partition(), 0L);
        return new ProblemException(Problem.Type.NOT_CAUGHT_UP.with(
                "The read model [" + readModel + "] is at position [" + position + "] of partition ["
                        + point.partition() + "] and has not passed offset [" + point.offset() + "] within ["
                        + freshness.maxWait().toMillis() + " ms]: ask again, or without the token",
                extensions(readModel, ends.lag(aggregate, positions), "behind", point.offset() + 1 - position)));
    }

    private ProblemException tooOld(
            String readModel, String aggregate, Map<Integer, Long> positions, Freshness freshness) {
        Lag lag = ends.lag(aggregate, positions);
        String events = lag.events() == null ? "unknown" : lag.events().toString();
        String seconds = lag.seconds() == null ? "unknown" : lag.seconds();
        String asked = Lag.seconds(Objects.requireNonNull(freshness.maxStaleness()));
        return new ProblemException(Problem.Type.NOT_CAUGHT_UP.with(
                "The read model [" + readModel + "] is [" + events + "] events and [" + seconds
                        + "] seconds behind, and was not within the max-staleness of [" + asked + "] seconds within ["
                        + freshness.maxWait().toMillis() + " ms]: ask again, or with a greater max-staleness",
                extensions(readModel, lag, "maxStaleness", new BigDecimal(asked))));
    }

    private static Map<String, Object> extensions(String readModel, Lag lag, String another, Object value) {
        var extensions = new LinkedHashMap<String, Object>();
        extensions.put(another, value);
        extensions.put("readModel", readModel);
        if (lag.events() != null) {
            extensions.put("lagEvents", lag.events());
        }
        if (lag.seconds() != null) {
            extensions.put("lagSeconds", new BigDecimal(lag.seconds()));
        }
        return extensions;
    }
}
