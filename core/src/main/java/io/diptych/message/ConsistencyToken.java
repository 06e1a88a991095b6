package io.diptych.message;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Points on the event log that a reader wants to have been passed. Written {@code order:3:1042}: aggregate, partition
 * and offset of the last event to be seen; further partitions of the aggregate follow as {@code ;4:77}, and several
 * tokens are joined with commas. Callers treat it as opaque.
 *
 * @param points at most one per aggregate and partition, in that order
 */
public record ConsistencyToken(List<Point> points) {

    /** The longest token that is parsed, in characters: far more than a caller can collect by joining. */
    private static final int MAX_LENGTH = 8192;

    /** One point: the event at this offset, and all before it in the partition. */
    public record Point(String aggregate, int partition, long offset) {
        @Override
        public String toString() {
            return aggregate + ":" + partition + ":" + offset;
        }
    }

    /** Keeps the furthest point of each partition. */
    public ConsistencyToken {
        var furthest =
                new TreeMap<Point, Point>(Comparator.comparing(Point::aggregate).thenComparingInt(Point::partition));
        for (Point point : points) {
            furthest.merge(point, point, (a, b) -> a.offset() >= b.offset() ? a : b);
        }
        points = List.copyOf(furthest.values());
    }

    /** The token for one event. */
    public static ConsistencyToken of(String aggregate, int partition, long offset) {
        return new ConsistencyToken(List.of(new Point(aggregate, partition, offset)));
    }

    /** A token that is passed when each of these is passed. */
    public static ConsistencyToken join(Collection<ConsistencyToken> tokens) {
        return new ConsistencyToken(
                tokens.stream().flatMap(t -> t.points().stream()).toList());
    }

    /**
     * Reads the written form.
     *
     * @throws ProblemException {@link Problem.Type#INVALID_TOKEN} naming the part that is wrong
     */
    public static ConsistencyToken parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw invalid(text.substring(0, 40) + "...");
        }
        var points = new ArrayList<Point>();
        for (String part : text.split(",", -1)) {
            String ofOne = part.strip();
            int colon = ofOne.indexOf(':');
            if (colon < 1) {
                throw invalid(part);
            }
            for (String point : ofOne.substring(colon + 1).split(";", -1)) {
                points.add(point(ofOne.substring(0, colon), point, part));
            }
        }
        return new ConsistencyToken(points);
    }

    private static Point point(String aggregate, String text, String whole) {
        int colon = text.indexOf(':');
        try {
            int partition = Integer.parseInt(text.substring(0, Math.max(0, colon)));
            long offset = Long.parseLong(text.substring(colon + 1));
            if (partition >= 0 && offset >= -1) {
                return new Point(aggregate, partition, offset);
            }
        } catch (NumberFormatException e) {
            throw invalid(whole);
        }
        throw invalid(whole);
    }

    private static ProblemException invalid(String text) {
        return Problem.Type.INVALID_TOKEN.exception("The consistency token [" + text
                + "] is not one that Diptych issued: send the Consistency-Token of a reply as it is");
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        String aggregate = null;
        for (Point point : points) {
            boolean another = !point.aggregate().equals(aggregate);
            text.append(aggregate == null ? "" : another ? "," : ";");
            text.append(another ? point.aggregate() + ":" : "");
            text.append(point.partition()).append(':').append(point.offset());
            aggregate = point.aggregate();
        }
        return text.toString();
    }
}
