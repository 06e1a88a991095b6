package io.diptych.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.App;
import io.diptych.cli.FakeNode.Response;
import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.SqlQuery;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

class CommandLineTest {

    record Greet(String name, int times, @Nullable String language) {}

    record Greeted(String name) {}

    record Greeting(@Key String name) {}

    private static final Aggregate<Greet, Boolean, Greeted> GREETING =
            new Aggregate<>("greeting", Greet.class, Boolean.class, Greeted.class, Greet::name, new Decider<>() {
                @Override
                public Boolean initialState() {
                    return false;
                }

                @Override
                public Decision<Greeted> decide(Greet command, Boolean state, Metadata metadata) {
                    return Decision.accept(new Greeted(command.name()));
                }

                @Override
                public Boolean evolve(Boolean state, Greeted event) {
                    return true;
                }
            });

    private static final ReadModel<Greeted, Greeting> GREETINGS = new ReadModel<>(
            "greetings", GREETING, Greeting.class, Greeted::name, (row, e) -> new Greeting(e.aggregateId()));

    record Asked(String name, @Nullable Instant since) {}

    private static final App APP = App.named("greetings")
            .with(GREETING)
            .with(GREETINGS)
            .with(SqlQuery.named("latest", Greeting.class, "select name from greetings where name > :name", Asked.class)
                    .reads(GREETINGS));

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int call(String... args) {
        return Diptych.execute(APP, new PrintWriter(out, true), new PrintWriter(err, true), args, new Extra());
    }

    /** A command that an app adds. */
    @Command(name = "extra", description = "Does more.")
    private static final class Extra implements Runnable {
        @Override
        public void run() {
            throw new IllegalStateException("a defect");
        }
    }

    @Test
    void help_lists_the_commands_and_the_apps_own() {
        assertThat(call("--help")).isZero();
        assertThat(out.toString()).contains("demo", "run", "send", "get", "extra", "Does more.");
    }

    @Test
    void help_goes_on_with_the_commands_that_only_the_calling_script_knows() {
        System.setProperty("diptych.more", "  chaos    Kills.\n  bench    Measures.");
        try {
            assertThat(call("--help")).isZero();
        } finally {
            System.clearProperty("diptych.more");
        }
        assertThat(out.toString()).contains("\n  chaos    Kills.\n  bench    Measures.\n", "Begin with: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "run", "send", "get", "watch", "history", "query"})
    void each_command_has_a_help_with_examples(String command) {
        assertThat(call(command, "--help")).isZero();
        assertThat(out.toString()).contains("Examples:\n", "  diptych " + command);
    }

    @Test
    void the_example_of_get_has_a_condition_that_fits_a_field() {
        call("get", "--help");

        assertThat(out.toString()).contains("get greetings 'name[prefix]=a'");
    }

    @Test
    void the_example_of_send_is_a_command_that_the_app_takes() {
        call("send", "--help");

        assertThat(out.toString()).contains("send Greet '{\"name\":\"name-1\",\"times\":1}'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | Say what to do: one of demo",
                "dance | Unmatched argument at index 0: 'dance'",
                "send Greet | Missing required parameter: 'JSON'",
                "send Greet {} --if-match x | 'x' is not a long",
                "send Greet {} --url localhost | [localhost] is not a URL such as http://127.0.0.1:8080",
                "send Greet {} --url ftp://localhost | is not a URL such as",
                "get greetings a b | Give one key",
                "get greetings a name=b | Give one key",
                "query latest a | Give name=value, not [a]",
                "get greetings --wait soon | 'soon' is not an int",
                "demo --port eighty | 'eighty' is not an int",
                "history greeting | Missing required parameter: 'ID'",
                "history greeting a --version 0 | A version is at least 1",
                "history greeting a --limit some | 'some' is not a long",
                "run | Say where Kafka is: --kafka HOST:PORT",
                "run --kafka k:1 --roles king | There is no role [king]: choose from gateway",
                "run --kafka k:1 | The role [projection] needs PostgreSQL",
                "run --kafka k:1 --roles gateway --port 70000 | The port [70000] must be from 0 to 65535",
                "run --kafka k:1 --roles gateway --partitions 0 | The partitions [0] must be at least 1",
            })
    void a_wrong_call_ends_with_2_and_says_what_is_wrong(String args, String message) {
        assertThat(call(args.isEmpty() ? new String[0] : args.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(message).contains("--help").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({
        "run --kafka k:1 --kafka-config /does/not/exist, The Kafka properties in [/does/not/exist] cannot be read",
        "run --kafka k:1 --postgres jdbc:x --postgres-password-file /nope, The password file [/nope] cannot be read",
        "get greetings --url http://127.0.0.1:1, Nobody listens at [http://127.0.0.1:1]: is ./diptych demo running?",
    })
    void a_failure_ends_with_1_and_one_sentence(String args, String message) {
        assertThat(call(args.split(" "))).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains(message);
    }

    @Test
    void a_port_in_use_is_told_in_one_sentence_before_anything_is_started(@TempDir Path dir) throws Exception {
        try (var node = new FakeNode(request -> Response.json(200, "{}"))) {
            int port = node.url().getPort();

            assertThat(call(
                            "demo",
                            "--port",
                            "" + port,
                            "--data-dir",
                            dir.resolve("d").toString()))
                    .isEqualTo(1);

            assertThat(err.toString().lines()).singleElement().asString().contains("The port [" + port + "]", "--port");
            assertThat(dir.resolve("d/kafka")).doesNotExist();
        }
    }

    @Test
    void a_defect_shows_where_it_is_only_when_asked() {
        assertThat(call("extra")).isEqualTo(1);
        assertThat(err.toString()).contains("a defect", "--verbose").doesNotContain("\tat ");

        assertThat(call("extra", "--verbose")).isEqualTo(1);
        assertThat(err.toString()).contains("\tat io.diptych.cli.CommandLineTest");
    }

    @Test
    void send_prints_the_reply_and_passes_its_options_on() throws Exception {
        try (var node = new FakeNode(request -> Response.accepted("a", 0, 7))) {
            assertThat(call(
                            "send",
                            "Greet",
                            "{\"name\":\"a\"}",
                            "--url",
                            node.url() + "/",
                            "--key",
                            "k",
                            "--if-match",
                            "3"))
                    .isZero();

            var request = node.requests.getFirst();
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.pathAndQuery()).isEqualTo("/api/commands/Greet");
            assertThat(request.header("Idempotency-Key")).isEqualTo("k");
            assertThat(request.header("If-Match")).isEqualTo("\"3\"");
            assertThat(request.header("Prefer")).isNull();
            assertThat(request.body()).isEqualTo("{\"name\":\"a\"}");
            assertThat(out.toString()).contains("\"token\" : \"order:0:7\"");
        }
    }

    @Test
    void a_rejection_is_text_for_a_person_and_ends_with_1() throws Exception {
        try (var node = new FakeNode(request -> Response.rejected("too-loud", "The name [A] shouts"))) {
            assertThat(call(
                            "send",
                            "Greet",
                            "{}",
                            "--async",
                            "--url",
                            node.url().toString()))
                    .isEqualTo(1);

            assertThat(node.requests.getFirst().header("Prefer")).isEqualTo("respond-async");
            assertThat(out.toString()).isEmpty();
            assertThat(err.toString().strip())
                    .isEqualTo("The domain refuses the command (HTTP 422, too-loud): The name [A] shouts");
        }
    }

    @Test
    void get_asks_for_one_row_or_a_list_as_fresh_as_the_token() throws Exception {
        try (var node = new FakeNode(request -> Response.json(200, "{\"rows\":[]}"))) {
            String url = node.url().toString();
            call("get", "greetings", "a/b c", "--token", "order:0:7", "--wait", "9", "--url", url);
            call("get", "greetings", "name=a=b", "limit=5", "--url", url);
            call("get", "greetings", "name[prefix]=a%", "name[lt]=b", "--url", url);

            assertThat(node.requests.get(0).pathAndQuery()).isEqualTo("/api/read-models/greetings/a%2Fb%20c");
            assertThat(node.requests.get(0).header("Consistency-Token")).isEqualTo("order:0:7");
            assertThat(node.requests.get(0).header("Prefer")).isEqualTo("wait=9");
            assertThat(node.requests.get(1).pathAndQuery()).isEqualTo("/api/read-models/greetings?name=a%3Db&limit=5");
            assertThat(node.requests.get(1).header("Prefer")).isNull();
            assertThat(node.requests.get(2).pathAndQuery())
                    .isEqualTo("/api/read-models/greetings?name%5Bprefix%5D=a%25&name%5Blt%5D=b");
        }
    }

    @Test
    void query_asks_the_apps_own_query() throws Exception {
        call("query", "--help");
        assertThat(out.toString()).contains("query latest name=a since=2026-01-31T12:00:00Z");
        try (var node = new FakeNode(request -> Response.json(200, "{\"rows\":[]}"))) {
            String url = node.url().toString();
            assertThat(call("query", "latest", "name=a b", "--token", "order:0:7", "--url", url))
                    .isZero();

            assertThat(node.requests.getFirst().pathAndQuery()).isEqualTo("/api/queries/latest?name=a%20b");
            assertThat(node.requests.getFirst().header("Consistency-Token")).isEqualTo("order:0:7");
        }
    }

    @Test
    void something_else_than_diptych_is_recognized() throws Exception {
        try (var node =
                new FakeNode(request -> new Response(404, "text/html", java.util.Map.of(), "<h1>Not Found</h1>"))) {
            assertThat(call("get", "greetings", "--url", node.url().toString())).isEqualTo(1);

            assertThat(err.toString()).contains("HTTP 404 and text/html", "is it Diptych?");
        }
    }

    @Test
    void the_data_of_another_app_or_of_no_demo_are_left_alone(@TempDir Path dir) throws Exception {
        Path precious = Files.writeString(dir.resolve("precious"), "data");

        assertThat(call("demo", "--fresh", "--data-dir", dir.toString(), "--port", "0"))
                .isEqualTo(1);

        assertThat(err.toString()).contains("[" + dir + "] holds something that is not Diptych's");
        assertThat(precious).hasContent("data");
    }
}
