package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.example.orders.e2e.Api.Answer;
import io.diptych.example.orders.e2e.RunningDemo.Demo;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/** An order that PostgreSQL cannot hold, since the name of its product has the character 0. */
@ExtendWith(RunningDemo.class)
@ResourceLock(RunningDemo.LOCK)
class DeadLettersTest {

    private static final String LETTERS = "/api/dead-letters/order_summary";

    private final String id = "o-" + UUID.randomUUID();

    @Test
    void a_poisoned_order_waits_alone_is_mended_and_becomes_whole(Demo demo) throws Exception {
        Api api = demo.api();
        create(api, id, "half\\u0000name");
        Answer paid = api.send("PayOrder", "{\"orderId\":\"" + id + "\"}");
        Answer other = create(api, id + "-b", "Widget");

        assertThat(row(api, id + "-b", other).status()).isEqualTo(200);
        assertThat(row(api, id, paid).status()).isEqualTo(404);
        JsonNode letters = api.get(LETTERS + "?key=" + id).json().get("letters");
        assertThat(letters).hasSize(2);
        assertThat(letters.get(0).get("cause").asString()).isEqualTo("row-refused");
        assertThat(letters.get(1).get("cause").asString()).isEqualTo("waits");
        assertThat(api.get("/health/ready").status()).isEqualTo(200);
        awaitPublished(demo, 2);

        String letter = LETTERS + "/" + letters.get(0).get("id").asString();
        String event = api.get(letter).json().get("event").toString();
        assertThat(api.post(letter + "/edit", event.replace("half\\u0000name", "Whole"))
                        .status())
                .isEqualTo(200);
        assertThat(retry(api, "&preview=true").get("applied").asInt()).isEqualTo(2);
        assertThat(row(api, id, paid).status()).isEqualTo(404);
        assertThat(retry(api, "").get("freed").asInt()).isEqualTo(1);

        JsonNode row = row(api, id, paid).json();
        assertThat(row.get("product").asString()).isEqualTo("Whole");
        assertThat(row.get("status").asString()).isEqualTo("PAID");
        assertThat(row.get("version").asInt()).isEqualTo(2);
    }

    private JsonNode retry(Api api, String how) throws Exception {
        return api.post(LETTERS + "/retry?key=" + id + how, "").json();
    }

    private static Answer create(Api api, String id, String product) throws Exception {
        Answer created =
                api.send("CreateOrder", "{\"orderId\":\"" + id + "\",\"product\":\"" + product + "\",\"quantity\":2}");
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        return created;
    }

    private static Answer row(Api api, String id, Answer after) throws Exception {
        return api.get("/api/read-models/order_summary/" + id, "Consistency-Token", after.header("Consistency-Token"));
    }

    private void awaitPublished(Demo demo, int times) {
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        Events.perKey(demo.kafka(), "orders.order_summary.dlq").getOrDefault(id, 0) >= times);
    }
}
