package io.diptych.postgres;

import io.diptych.message.Problem;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * In which order a list comes, and where a page of it begins. The key is the last field, so no two rows are equal. Null
 * counts as greater than every value, as an index has it: last when ascending, first when descending.
 *
 * @param fields the key among them
 */
record Ordering(String readModel, List<Field> fields) {

    /** One field and its direction. */
    record Field(Column column, boolean descending) {
        private String sql() {
            return column.quoted() + (descending ? " desc" : "");
        }

        private String written() {
            return (descending ? "-" : "") + column.field();
        }
    }

    /** @throws io.diptych.message.ProblemException for an unknown field or one named twice */
    static Ordering of(Shape shape, List<String> sort) {
        var fields = new ArrayList<Field>();
        for (String name : sort) {
            boolean descending = name.startsWith("-");
            Column column = Conditions.field(shape, descending ? name.substring(1) : name);
            if (fields.stream().anyMatch(field -> field.column().equals(column))) {
                throw Problem.Type.INVALID_QUERY.exception(
                        "The sort names the field [" + column.field() + "] twice: name it once");
            }
            fields.add(new Field(column, descending));
        }
        if (fields.stream().noneMatch(field -> field.column().equals(shape.key()))) {
            // In the first field's direction, so that one index serves both, read forwards or backwards.
            boolean descending = !fields.isEmpty() && fields.getFirst().descending();
            fields.add(new Field(shape.key(), descending));
        }
        return new Ordering(shape.readModel(), fields);
    }

    String orderBy() {
        return fields.stream().map(Field::sql).collect(Collectors.joining(", "));
    }

    /** The rows after the one with these values: greater in the first field, or equal there and greater in the next... */
    void after(List<@Nullable String> values, Conditions conditions) {
        var alternatives = new ArrayList<String>();
        var parameters = new ArrayList<String>();
        for (int i = 0; i < fields.size(); i++) {
            var all = new ArrayList<String>();
            for (int j = 0; j < i; j++) {
                all.add(equal(fields.get(j), values.get(j), parameters));
            }
            all.add(beyond(fields.get(i), values.get(i), parameters));
            alternatives.add("(" + String.join(" and ", all) + ")");
        }
        conditions.add("(" + String.join(" or ", alternatives) + ")", parameters);
        start(fields.getFirst(), values.getFirst(), conditions);
    }

    /** Implied by the others, but the one an index can start from. */
    private static void start(Field first, @Nullable String value, Conditions conditions) {
        if (value != null && (first.descending() || !first.column().nullable())) {
            conditions.add(
                    first.column().quoted()
                            + (first.descending() ? " <= " : " >= ")
                            + first.column().parameter(),
                    List.of(value));
        }
    }

    private static String equal(Field field, @Nullable String value, List<String> parameters) {
        if (value == null) {
            return field.column().quoted() + " is null";
        }
        parameters.add(value);
        return field.column().quoted() + " = " + field.column().parameter();
    }

    private static String beyond(Field field, @Nullable String value, List<String> parameters) {
        String column = field.column().quoted();
        if (value == null) {
            return field.descending() ? column + " is not null" : "false";
        }
        parameters.add(value);
        if (field.descending()) {
            return column + " < " + field.column().parameter();
        }
        String greater = column + " > " + field.column().parameter();
        return field.column().nullable() ? "(" + greater + " or " + column + " is null)" : greater;
    }

    /** Opaque to callers: this ordering, and the values of the last row of the page. */
    String cursor(List<@Nullable String> values) {
        var texts = new ArrayList<@Nullable String>(List.of(written()));
        texts.addAll(values);
        var bytes = new java.io.ByteArrayOutputStream();
        for (String text : texts) {
            byte[] utf8 = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(ByteBuffer.allocate(4)
                    .putInt(text == null ? -1 : utf8.length)
                    .array());
            bytes.writeBytes(utf8);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /** @throws io.diptych.message.ProblemException when the cursor is damaged or of another ordering */
    List<@Nullable String> read(String cursor) {
        var texts = new ArrayList<@Nullable String>();
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
            while (bytes.hasRemaining()) {
                int length = bytes.getInt();
                if (length > bytes.remaining() || length < -1) {
                    throw invalid(cursor);
                }
                byte[] utf8 = new byte[Math.max(0, length)];
                bytes.get(utf8);
                texts.add(length < 0 ? null : new String(utf8, StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw invalid(cursor);
        }
        if (texts.isEmpty() || !written().equals(texts.removeFirst()) || texts.size() != fields.size()) {
            throw invalid(cursor);
        }
        for (int i = 0; i < texts.size(); i++) {
            texts.set(i, check(fields.get(i).column(), texts.get(i), cursor));
        }
        return texts;
    }

    private static @Nullable String check(Column column, @Nullable String text, String cursor) {
        if (text == null ? !column.nullable() : column.kind().parse(text) == null) {
            throw invalid(cursor);
        }
        return text;
    }

    private String written() {
        return readModel + " " + fields.stream().map(Field::written).collect(Collectors.joining(","));
    }

    private static RuntimeException invalid(String cursor) {
        return Problem.Type.INVALID_QUERY.exception("The cursor [" + Conditions.shortened(cursor)
                + "] is not one of a page of this read model in this order: begin again without a cursor");
    }
}
