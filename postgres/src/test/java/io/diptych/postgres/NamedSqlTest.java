package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedSqlTest {

    @Test
    void names_after_a_colon_are_parameters_as_often_as_they_stand_there() {
        NamedSql sql = NamedSql.parse("q", "select :a, x+:b_2::int from t where y>:a;\n");

        assertThat(sql.names()).containsExactly("a", "b_2", "a");
        assertThat(sql.with(name -> "<" + name + ">")).isEqualTo("select <a>, x+<b_2>::int from t where y><a>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'a :b ; ''?'' :c'",
                "select E'a\\' :b'",
                "select \":b\" from \"t;\"",
                "select $$ :b ; $$, $x$ $$ :b $x$",
                "select 1 -- :b ;\n + 1",
                "select 1 /* :b ;\n */ + 1",
                "select x::text",
                "select (array[1,2])[1:2]"
            })
    void what_is_quoted_or_a_comment_or_a_cast_is_no_parameter(String text) {
        NamedSql sql = NamedSql.parse("q", text);

        assertThat(sql.names()).isEmpty();
        assertThat(sql.forDriver().with(name -> "")).isEqualTo(text);
    }

    @Test
    void a_question_mark_that_is_an_operator_is_doubled_for_the_driver() {
        NamedSql sql = NamedSql.parse("q", "select data ? 'a?' from t where x = :x");

        assertThat(sql.forDriver().with(name -> "?")).isEqualTo("select data ?? 'a?' from t where x = ?");
    }

    @Test
    void a_second_statement_is_refused() {
        assertThatThrownBy(() -> NamedSql.parse("totals", "select 1; drop table t"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("[totals]", "[;]");
    }
}
