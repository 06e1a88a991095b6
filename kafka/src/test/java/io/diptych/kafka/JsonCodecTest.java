package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.diptych.ConfigurationException;
import io.diptych.kafka.Shop.CreateOrder;
import io.diptych.kafka.Shop.OrderCommand;
import io.diptych.message.MessageCodec;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonCodecTest {

    private final MessageCodec<OrderCommand> codec = Json.codec(OrderCommand.class);

    @Test
    void fields_may_be_spelt_in_snake_case_and_an_id_may_be_a_number() {
        OrderCommand command = decode("{'command':'create_order','order_id':123,'product':'Widget','quantity':2}");

        assertThat(command).isEqualTo(new CreateOrder("123", "Widget", 2, null, null));
        assertThat(new String(codec.encode(command)))
                .isEqualTo("{\"orderId\":\"123\",\"product\":\"Widget\",\"quantity\":2}");
    }

    @Test
    void numbers_and_times_keep_their_value() {
        var command = new CreateOrder(
                "1", "Tea, \"green\" ", 1, new BigDecimal("0.000000010"), Instant.parse("2011-10-06T16:20:00.000001Z"));

        assertThat(codec.decode("CreateOrder", codec.encode(command))).isEqualTo(command);
    }

    @ParameterizedTest
    @CsvSource({"CreateOrder", "create_order", "create-order", "createorder"})
    void a_type_is_found_by_each_of_its_spellings(String spelling) {
        assertThat(codec.canonicalType(spelling)).isEqualTo("CreateOrder");
    }

    @Test
    void a_type_is_found_in_the_body() {
        assertThat(codec.typeIn(json("{'a':{'type':'x'},'type':'CreateOrder'}")))
                .isEqualTo("CreateOrder");
        assertThat(codec.typeIn(json("{'a':1}"))).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    hello                                             | MALFORMED       | hello
                    {'orderId':'1',                                   | MALFORMED       | line 1, column 16
                    {'orderId':'1','orderId':'2'}                     | MALFORMED       | orderId
                    [1]                                               | INVALID_COMMAND | not a JSON object
                    'x'                                               | INVALID_COMMAND | not a JSON object
                    null                                              | INVALID_COMMAND | is null
                    {'orderId':'1','quantity':2}                      | INVALID_COMMAND | [product] of [CreateOrder] is missing
                    {'orderId':'1','product':null,'quantity':2}       | INVALID_COMMAND | [product]
                    {'orderId':'1','product':'x'}                     | INVALID_COMMAND | [quantity] of [CreateOrder] is missing
                    {'orderId':'1','product':'x','quantity':null}     | INVALID_COMMAND | [quantity] of [CreateOrder] is null
                    {'orderId':'1','product':'x','quantity':2.5}      | INVALID_COMMAND | [2.5]: it must be a whole number
                    {'orderId':'1','product':'x','quantity':'abc'}    | INVALID_COMMAND | [abc]: it must be a whole number
                    {'orderId':'1','product':'x','quantity':true}     | INVALID_COMMAND | [quantity] of [CreateOrder] must be a whole number
                    {'orderId':'1','product':'x','quantity':9999999999} | INVALID_COMMAND | 9999999999
                    {'orderId':'1','product':{'a':1},'quantity':2}    | INVALID_COMMAND | [product] of [CreateOrder] must be a text
                    {'orderId':'1','product':'x','quantity':2,'orderedAt':'noon'} | INVALID_COMMAND | [noon]: it must be a time such as
                    """)
    void a_body_that_cannot_be_used_is_refused_with_the_value_named(String body, Problem.Type type, String named) {
        var refused = catchThrowableOfType(ProblemException.class, () -> decode(body));

        assertThat(refused.problem().type()).isEqualTo(type);
        assertThat(refused.problem().detail()).contains(named);
    }

    @Test
    void two_types_of_one_name_are_refused() {
        assertThatThrownBy(() -> Json.codec(Twins.class))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rename one");
    }

    sealed interface Twins permits One.Same, Other.Same {}

    static final class One {
        record Same() implements Twins {}
    }

    static final class Other {
        record Same() implements Twins {}
    }

    @Test
    void an_open_interface_is_refused() {
        assertThatThrownBy(() -> Json.codec(Runnable.class)).hasMessageContaining("must be a sealed interface");
    }

    private OrderCommand decode(String body) {
        return codec.decode("CreateOrder", json(body));
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes();
    }
}
