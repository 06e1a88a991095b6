package io.diptych.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.message.ConsistencyToken.Point;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsistencyTokenTest {

    @Test
    void one_event_is_aggregate_partition_and_offset() {
        assertThat(ConsistencyToken.of("order", 3, 1042)).hasToString("order:3:1042");
    }

    @Test
    void tokens_that_are_joined_keep_the_furthest_point_of_each_partition() {
        var joined = ConsistencyToken.parse("order:3:1042;0:7,customer:1:1, order:3:1050,order:0:2;1:1");

        assertThat(joined).hasToString("customer:1:1,order:0:7;1:1;3:1050");
        assertThat(ConsistencyToken.parse(joined.toString())).isEqualTo(joined);
        assertThat(ConsistencyToken.join(List.of(joined, ConsistencyToken.of("order", 1, 9))))
                .hasToString("customer:1:1,order:0:7;1:9;3:1050");
    }

    @Test
    void sixty_four_partitions_fit_into_a_header() {
        var points = new ArrayList<Point>();
        for (int partition = 0; partition < 64; partition++) {
            points.add(new Point("an_aggregate_with_a_long_name", partition, Long.MAX_VALUE));
        }

        String text = new ConsistencyToken(points).toString();

        assertThat(text).hasSizeLessThan(2048);
        assertThat(ConsistencyToken.parse(text).points()).isEqualTo(points);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "order",
                "order:",
                "order:1",
                "order:1:",
                "order::1",
                ":1:1",
                "order:1:1;",
                "order:1:1;2",
                "order:1:1,",
                "order:-1:1",
                "order:1:-2",
                "order:1:1:1",
                "order:x:1",
                "order:1:99999999999999999999"
            })
    void what_is_no_token_is_named(String text) {
        assertThatThrownBy(() -> ConsistencyToken.parse(text))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type()).isEqualTo(Problem.Type.INVALID_TOKEN));
    }
}
