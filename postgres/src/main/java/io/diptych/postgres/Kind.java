package io.diptych.postgres;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One kind of value: how it stands in a record, in a column, in an array parameter and in the text of a query.
 *
 * @param javaType of the record's component; a primitive type's wrapper
 * @param columnType as PostgreSQL's {@code format_type} spells it
 * @param elementType as the driver wants it for arrays
 * @param elementClass of array parameters
 * @param inWords what a caller should have sent, for messages
 * @param key whether equal values are equal in Java and in PostgreSQL alike, so that it can be a key
 * @param reader from a result
 * @param canonical the value as it is read back after it was written
 * @param parser from the written form; throws any {@link RuntimeException} when it is none
 */
record Kind(
        Class<?> javaType,
        String columnType,
        String elementType,
        Class<?> elementClass,
        String inWords,
        boolean key,
        Reader reader,
        Function<Object, Object> canonical,
        Function<String, Object> parser) {

    /** Reads a column; SQL null as null. */
    interface Reader {
        @Nullable
        Object read(ResultSet row, int index) throws SQLException;
    }

    private static final Function<Object, Object> AS_IT_IS = Function.identity();

    private static final List<Kind> KINDS = List.of(
            new Kind(
                    String.class,
                    "text",
                    "text",
                    String.class,
                    "a text",
                    true,
                    ResultSet::getString,
                    AS_IT_IS,
                    Kind::text),
            new Kind(
                    Integer.class,
                    "integer",
                    "int4",
                    Integer.class,
                    "a whole number",
                    true,
                    (row, i) -> unlessNull(row, row.getInt(i)),
                    AS_IT_IS,
                    Integer::valueOf),
            new Kind(
                    Long.class,
                    "bigint",
                    "int8",
                    Long.class,
                    "a whole number",
                    true,
                    (row, i) -> unlessNull(row, row.getLong(i)),
                    AS_IT_IS,
                    Long::valueOf),
            new Kind(
                    Boolean.class,
                    "boolean",
                    "bool",
                    Boolean.class,
                    "true or false",
                    false,
                    (row, i) -> unlessNull(row, row.getBoolean(i)),
                    AS_IT_IS,
                    Kind::bool),
            new Kind(
                    Double.class,
                    "double precision",
                    "float8",
                    Double.class,
                    "a number",
                    false,
                    (row, i) -> unlessNull(row, row.getDouble(i)),
                    AS_IT_IS,
                    Double::valueOf),
            // A key may not be decimal: 1.0 and 1.00 are equal to PostgreSQL and not to Java.
            new Kind(
                    BigDecimal.class,
                    "numeric",
                    "numeric",
                    String.class,
                    "a decimal number",
                    false,
                    ResultSet::getBigDecimal,
                    Kind::withoutNegativeScale,
                    BigDecimal::new),
            new Kind(
                    Instant.class,
                    "timestamp with time zone",
                    "timestamptz",
                    String.class,
                    "an instant such as 2026-01-31T12:00:00Z",
                    true,
                    Kind::instant,
                    value -> ((Instant) value).truncatedTo(ChronoUnit.MICROS),
                    text -> OffsetDateTime.parse(text).toInstant()),
            new Kind(
                    LocalDate.class,
                    "date",
                    "date",
                    String.class,
                    "a date such as 2026-01-31",
                    true,
                    (row, i) -> row.getObject(i, LocalDate.class),
                    AS_IT_IS,
                    LocalDate::parse),
            new Kind(
                    LocalDateTime.class,
                    "timestamp without time zone",
                    "timestamp",
                    String.class,
                    "a date and time such as 2026-01-31T12:00:00",
                    true,
                    (row, i) -> row.getObject(i, LocalDateTime.class),
                    value -> ((LocalDateTime) value).truncatedTo(ChronoUnit.MICROS),
                    LocalDateTime::parse),
            new Kind(
                    UUID.class,
                    "uuid",
                    "uuid",
                    String.class,
                    "a UUID",
                    true,
                    (row, i) -> row.getObject(i, UUID.class),
                    AS_IT_IS,
                    Kind::uuid));

    /** The kind of a component's type; null when there is none. */
    static @Nullable Kind of(Class<?> type) {
        if (type.isEnum()) {
            return enumeration(type);
        }
        for (Kind kind : KINDS) {
            if (kind.javaType == type || (type.isPrimitive() && kind.primitive() == type)) {
                return kind;
            }
        }
        return null;
    }

    /** The kind that a column of that type has when no record says more. */
    static Kind ofColumn(String columnType) {
        return KINDS.stream()
                .filter(kind -> kind.columnType.equals(columnType))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No kind has the column type [" + columnType + "]"));
    }

    /** The types that work, for messages. */
    static String names() {
        return String.join(
                        ", ",
                        KINDS.stream().map(k -> k.javaType.getSimpleName()).toList())
                + " (or int, long, boolean, double) or an enum";
    }

    /** Whether the database holds less of some values than Java does. */
    boolean inexact() {
        return !canonical.equals(AS_IT_IS);
    }

    /** What stands in an array parameter. */
    Object element(Object value) {
        Object element = value instanceof Enum<?> constant ? constant.name() : canonical.apply(value);
        return elementClass.isInstance(element) ? element : element.toString();
    }

    /** What a single parameter is bound to, with a cast to {@link #columnType}. */
    String written(Object value) {
        return element(value).toString();
    }

    /** Reads what a query answers with: an enum's constant as its name, whether the enum still has it or not. */
    Reader published() {
        return javaType.isEnum() ? ResultSet::getString : reader;
    }

    /** The value of a written form; null when it is none. */
    @Nullable
    Object parse(String text) {
        try {
            return parser.apply(text);
        } catch (RuntimeException e) {
            return null;
        }
    }

    private @Nullable Class<?> primitive() {
        return switch (columnType) {
            case "integer" -> int.class;
            case "bigint" -> long.class;
            case "boolean" -> boolean.class;
            case "double precision" -> double.class;
            default -> null;
        };
    }

    private static Kind enumeration(Class<?> type) {
        Object[] constants = type.getEnumConstants();
        String names = String.join(
                ", ", Arrays.stream(constants).map(c -> ((Enum<?>) c).name()).toList());
        Function<String, Object> parser = text -> {
            for (Object constant : constants) {
                if (((Enum<?>) constant).name().equals(text)) {
                    return constant;
                }
            }
            throw new IllegalArgumentException("[" + text + "] is none of " + names);
        };
        Reader reader = (row, i) -> {
            String name = row.getString(i);
            return name == null ? null : parser.apply(name);
        };
        return new Kind(type, "text", "text", String.class, "one of " + names, true, reader, AS_IT_IS, parser);
    }

    private static @Nullable Object unlessNull(ResultSet row, Object value) throws SQLException {
        return row.wasNull() ? null : value;
    }

    private static @Nullable Object instant(ResultSet row, int index) throws SQLException {
        OffsetDateTime time = row.getObject(index, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static Object withoutNegativeScale(Object value) {
        var number = (BigDecimal) value;
        // Short-cuts the numbers whose plain form would be huge: PostgreSQL refuses them anyhow.
        return number.scale() < 0 && number.scale() > -1000 ? number.setScale(0) : number;
    }

    private static Object text(String text) {
        if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("It has a character that PostgreSQL cannot hold");
        }
        return text;
    }

    private static Object bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    private static Object uuid(String text) {
        UUID uuid = UUID.fromString(text);
        if (!uuid.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException();
        }
        return uuid;
    }
}
