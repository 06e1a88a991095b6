package io.diptych.projection;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A condition on one field of a row.
 *
 * @param field its name, camelCase or snake_case
 * @param values in written form: one, or for {@link Operator#IN} one or more
 */
public record Filter(String field, Operator operator, List<String> values) {

    /** Checks the number of values. */
    public Filter {
        values = List.copyOf(values);
        if (values.isEmpty() || (values.size() > 1 && operator != Operator.IN)) {
            throw new IllegalArgumentException("The operator [" + operator.written() + "] on [" + field
                    + "] cannot have [" + values.size() + "] values");
        }
    }

    /** The field has this value. */
    public static Filter equal(String field, String value) {
        return new Filter(field, Operator.EQ, List.of(value));
    }

    /** What can be asked of a field. A row without a value is matched by {@link #NULL} only. */
    public enum Operator {
        /** Is the value. */
        EQ,
        /** Is one of the values. */
        IN,
        /** Is greater than the value; texts are ordered by code point. */
        GT,
        /** Is the value or greater. */
        GTE,
        /** Is less than the value. */
        LT,
        /** Is the value or less. */
        LTE,
        /** Begins with the value; no character of it has a special meaning. */
        PREFIX,
        /** Has no value, when the value is {@code true}; has one, when it is {@code false}. */
        NULL;

        private static final Set<Class<?>> ORDERED = Set.of(
                String.class,
                int.class,
                Integer.class,
                long.class,
                Long.class,
                double.class,
                Double.class,
                BigDecimal.class,
                Instant.class,
                LocalDate.class,
                LocalDateTime.class);

        /** As in a query, such as {@code gte}. */
        public String written() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The operator that is written so; null when there is none. */
        public static @Nullable Operator of(String written) {
            return Arrays.stream(values())
                    .filter(operator -> operator.written().equals(written))
                    .findFirst()
                    .orElse(null);
        }

        /** Whether it can be asked of a field of that type. */
        public boolean fits(Class<?> type, boolean nullable) {
            return switch (this) {
                case EQ -> true;
                case IN -> type != boolean.class && type != Boolean.class;
                case GT, GTE, LT, LTE -> ORDERED.contains(type);
                case PREFIX -> type == String.class;
                case NULL -> nullable;
            };
        }

        /** All that can be asked of a field of that type. */
        public static List<Operator> fitting(Class<?> type, boolean nullable) {
            return Arrays.stream(values())
                    .filter(operator -> operator.fits(type, nullable))
                    .toList();
        }

        /** For messages: those that can be asked of a field of that type. */
        public static String fittingInWords(Class<?> type, boolean nullable) {
            return fitting(type, nullable).stream().map(Operator::written).collect(Collectors.joining(", "));
        }
    }
}
