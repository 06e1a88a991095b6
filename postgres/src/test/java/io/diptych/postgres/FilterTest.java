package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.ChangeLog;
import io.diptych.projection.Filter;
import io.diptych.projection.Filter.Operator;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.ListQuery;
import io.diptych.projection.ReadModelQueries.Page;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FilterTest {

    enum Size {
        SMALL,
        LARGE
    }

    record Thing(
            @Key String id,
            @Indexed @Nullable String name,
            int quantity,
            @Nullable BigDecimal price,
            Instant madeAt,
            @Nullable LocalDate soldOn,
            boolean used,
            @Nullable Size size) {}

    private static final String NAME = "things";

    /** Made of what could be taken for a pattern, or ends the code points before or after the surrogates. */
    private static final List<String> TEXTS = List.of(
            "",
            "%",
            "_",
            "a",
            "a%",
            "a%b",
            "a_b",
            "axb",
            "A",
            "ab",
            "a\\",
            "a\\b",
            "aé",
            "a\uD7FF",
            "a\uD7FFz",
            "a\uE000",
            "a\uFFFF",
            "a\uD83D\uDE00",
            "\uDBFF\uDFFF",
            "\uDBFF\uDFFFb",
            "b");

    private final String app = Fixture.freshName();
    private final ReadModel<String, Thing> things =
            Fixture.model(NAME, Thing.class).withChangeLog(ChangeLog.DEFAULT);
    private final Postgres postgres = Fixture.open(Fixture.app(app, things), TestDatabase.settings());

    @AfterEach
    void close() {
        postgres.close();
    }

    @Test
    void any_filters_in_any_order_give_the_rows_that_java_would_give_each_once() throws Exception {
        var random = new Random(11);
        List<Thing> rows =
                IntStream.range(0, 150).mapToObj(i -> thing(random, i)).toList();
        String beginning = Watched.id(postgres, NAME);
        Fixture.put(postgres.store().rows(things, 1), Thing::id, rows);
        int found = 0;
        for (int round = 0; round < 150; round++) {
            List<Filter> filters = Stream.generate(() -> filter(random))
                    .limit(random.nextInt(4))
                    .toList();
            List<String> sort = sort(random);
            List<String> expected = rows.stream()
                    .filter(row -> filters.stream().allMatch(filter -> matches(row, filter)))
                    .sorted(order(sort))
                    .map(Thing::id)
                    .toList();
            String which = "round " + round + " " + filters + " " + sort;

            assertThat(pages(filters, sort, 1 + random.nextInt(40), expected.size()))
                    .as(which)
                    .isEqualTo(expected);
            var watched = new Watched("id");
            watched.catchUp(postgres.queries().stream(NAME, null, filters, beginning));
            assertThat(watched.rows().keySet()).as("watched in " + which).containsExactlyInAnyOrderElementsOf(expected);
            found += expected.size();
        }
        assertThat(found).as("rows that were found at all").isGreaterThan(1_500);
    }

    @Test
    void no_character_of_a_prefix_has_a_special_meaning() {
        Instant now = Instant.EPOCH;
        List<Thing> rows = TEXTS.stream()
                .map(text -> new Thing("t-" + text, text, 1, null, now, null, false, null))
                .toList();
        Fixture.put(postgres.store().rows(things, 1), Thing::id, rows);
        for (String prefix : TEXTS) {
            List<String> expected = rows.stream()
                    .filter(row -> Objects.requireNonNull(row.name()).startsWith(prefix))
                    .map(Thing::id)
                    .toList();
            var filter = new Filter("name", Operator.PREFIX, List.of(prefix));

            assertThat(pages(List.of(filter), List.of(), 50, expected.size()))
                    .as("prefix [%s]", prefix)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void an_operator_that_does_not_fit_is_refused_with_those_that_do() {
        assertInvalid("used", Operator.GT, "true", "[gt]", "[used]", "true or false", "use eq");
        assertInvalid("size", Operator.PREFIX, "S", "[prefix]", "one of SMALL, LARGE", "use eq, in, null");
        assertInvalid("quantity", Operator.PREFIX, "1", "use eq, in, gt, gte, lt, lte");
        assertInvalid("quantity", Operator.NULL, "true", "[null]", "never null");
        assertInvalid("name", Operator.NULL, "yes", "[yes]", "true for rows without a value");
        assertInvalid("madeAt", Operator.LT, "today", "[madeAt]", "[today]", "such as 2026");
        assertInvalid("size", Operator.IN, "HUGE", "[HUGE]", "SMALL, LARGE");
        assertInvalid("name", Operator.PREFIX, "half \uD83D", "[name]");
        assertInvalid("colour", Operator.GT, "1", "[colour]", "madeAt");
        List<String> many = Collections.nCopies(1001, "a");
        assertThatThrownBy(() -> list(List.of(new Filter("name", Operator.IN, many)), List.of(), 1, null))
                .hasMessageContainingAll("[name]", "[1001]", "at most 1000");
    }

    @Test
    void a_prefix_uses_the_index_even_with_a_plan_for_any_value() throws Exception {
        var conditions = new Conditions();
        conditions.add(RowMapping.of(things).shape(), new Filter("name", Operator.PREFIX, List.of("a%")));
        String where = conditions.where().replaceFirst("\\?", "\\$1").replaceFirst("\\?", "\\$2");

        assertThat(plan("select id from \"" + app + "\".things_g1" + where))
                .contains("Index Cond: ((name >= $1) AND (name < $2))");
    }

    private static String plan(String sql) throws SQLException {
        PostgresSettings settings = TestDatabase.settings();
        try (Connection connection =
                        DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
                Statement statement = connection.createStatement()) {
            statement.execute("set enable_seqscan = off; set plan_cache_mode = force_generic_plan");
            statement.execute("prepare asked as " + sql);
            var lines = new ArrayList<String>();
            try (var row = statement.executeQuery("explain execute asked ('a', 'b')")) {
                while (row.next()) {
                    lines.add(row.getString(1));
                }
            }
            return String.join("\n", lines);
        }
    }

    private static Thing thing(Random random, int number) {
        return new Thing(
                "t" + number,
                random.nextInt(5) == 0 ? null : text(random),
                random.nextInt(6),
                random.nextInt(4) == 0 ? null : BigDecimal.valueOf(random.nextInt(8), 1),
                instant(random),
                random.nextInt(4) == 0 ? null : date(random),
                random.nextBoolean(),
                random.nextInt(3) == 0 ? null : Size.values()[random.nextInt(2)]);
    }

    private static String text(Random random) {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private static Instant instant(Random random) {
        return Instant.parse("2026-01-01T00:00:00Z").plusNanos(random.nextInt(5) * 1000L);
    }

    private static LocalDate date(Random random) {
        return LocalDate.of(2026, 2, 26).plusDays(random.nextInt(6));
    }

    private static Filter filter(Random random) {
        RecordComponent[] components = Thing.class.getRecordComponents();
        RecordComponent component = components[random.nextInt(components.length)];
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        List<Operator> operators = Operator.fitting(component.getType(), nullable);
        Operator operator = operators.get(random.nextInt(operators.size()));
        String field = random.nextBoolean() ? component.getName() : Names.snakeCase(component.getName());
        int values = operator == Operator.IN ? 1 + random.nextInt(4) : 1;
        return new Filter(
                field,
                operator,
                Stream.generate(() -> operator == Operator.NULL
                                ? String.valueOf(random.nextBoolean())
                                : value(component.getName(), random))
                        .limit(values)
                        .toList());
    }

    private static String value(String field, Random random) {
        return switch (field) {
            case "id" -> "t" + random.nextInt(160);
            case "name" -> text(random);
            case "quantity" -> "" + random.nextInt(6);
            case "price" -> BigDecimal.valueOf(random.nextInt(8), 1).toString() + (random.nextBoolean() ? "0" : "");
            case "madeAt" -> instant(random).toString();
            case "soldOn" -> date(random).toString();
            case "used" -> "" + random.nextBoolean();
            default -> Size.values()[random.nextInt(2)].name();
        };
    }

    private static boolean matches(Thing row, Filter filter) {
        Comparable<?> value = field(row, filter.field());
        if (filter.operator() == Operator.NULL) {
            return (value == null) == Boolean.parseBoolean(filter.values().getFirst());
        }
        return value != null && filter.values().stream().anyMatch(text -> matches(value, filter.operator(), text));
    }

    private static boolean matches(Comparable<?> value, Operator operator, String text) {
        int compared = compare(value, parsed(value, text));
        return switch (operator) {
            case EQ, IN -> compared == 0;
            case GT -> compared > 0;
            case GTE -> compared >= 0;
            case LT -> compared < 0;
            case LTE -> compared <= 0;
            case PREFIX -> value.toString().startsWith(text);
            case NULL -> throw new IllegalArgumentException(text);
        };
    }

    private static @Nullable Comparable<?> field(Thing row, String name) {
        return switch (name) {
            case "id" -> row.id();
            case "name" -> row.name();
            case "quantity" -> row.quantity();
            case "price" -> row.price();
            case "madeAt", "made_at" -> row.madeAt();
            case "soldOn", "sold_on" -> row.soldOn();
            case "used" -> row.used();
            case "size" -> row.size();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Comparable<?> parsed(Comparable<?> like, String text) {
        return switch (like) {
            case String ignored -> text;
            case Integer ignored -> Integer.valueOf(text);
            case BigDecimal ignored -> new BigDecimal(text);
            case Instant ignored -> Instant.parse(text);
            case LocalDate ignored -> LocalDate.parse(text);
            case Boolean ignored -> Boolean.valueOf(text);
            case Size ignored -> Size.valueOf(text);
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** Texts by code point, which is not how Java has it; an enum as its name; the others as Java has them. */
    @SuppressWarnings("unchecked")
    private static int compare(Comparable<?> a, Comparable<?> b) {
        if (a instanceof String || a instanceof Size) {
            return java.util.Arrays.compare(
                    a.toString().codePoints().toArray(),
                    b.toString().codePoints().toArray());
        }
        return ((Comparable<Object>) a).compareTo(b);
    }

    private static List<String> sort(Random random) {
        var fields = new ArrayList<>(List.of("id", "name", "quantity", "price", "madeAt", "sold_on", "used", "size"));
        Collections.shuffle(fields, random);
        return fields.subList(0, random.nextInt(4)).stream()
                .map(field -> (random.nextBoolean() ? "-" : "") + field)
                .toList();
    }

    private static Comparator<Thing> order(List<String> sort) {
        var fields = new ArrayList<>(sort);
        fields.add((!sort.isEmpty() && sort.getFirst().startsWith("-") ? "-" : "") + "id");
        Comparator<Thing> order = (a, b) -> 0;
        for (String field : fields) {
            boolean descending = field.startsWith("-");
            String name = descending ? field.substring(1) : field;
            Comparator<Thing> one =
                    Comparator.comparing(row -> field(row, name), Comparator.nullsLast(FilterTest::compare));
            order = order.thenComparing(descending ? one.reversed() : one);
        }
        return order;
    }

    private List<String> pages(List<Filter> filters, List<String> sort, int limit, int count) {
        var visited = new ArrayList<String>();
        String cursor = null;
        do {
            Page page = list(filters, sort, limit, cursor);
            assertThat(page.count()).as("%s", filters).isEqualTo(count);
            page.rows().forEach(row -> visited.add(Objects.toString(row.get("id"))));
            cursor = page.cursor();
        } while (cursor != null && visited.size() <= 1000);
        return visited;
    }

    private Page list(List<Filter> filters, List<String> sort, int limit, @Nullable String cursor) {
        return postgres.queries().list(NAME, new ListQuery(filters, sort, limit, cursor, true), Freshness.NONE);
    }

    private void assertInvalid(String field, Operator operator, String value, String... parts) {
        assertThatThrownBy(() -> list(List.of(new Filter(field, operator, List.of(value))), List.of(), 1, null))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type()).isEqualTo(Problem.Type.INVALID_QUERY))
                .hasMessageContainingAll(parts);
    }
}
