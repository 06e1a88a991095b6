package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient.Call;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code send}: one command. */
@Command(
        name = "send",
        description = "Send a command and print the reply.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
public final class SendCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "TYPE", description = "The command's type.")
    private String type = "";

    @Parameters(index = "1", paramLabel = "JSON", description = "The command; - reads it from standard input.")
    private String json = "";

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "The Idempotency-Key: sent again with the same key, a command has the same answer and no"
                    + " second effect.")
    private @Nullable String key;

    @Option(names = "--if-match", paramLabel = "VERSION", description = "Refuse unless the aggregate has this version.")
    private @Nullable Long ifMatch;

    @Option(names = "--async", description = "Do not wait for the outcome, only until the command is durable.")
    private boolean async;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** With examples that fit the app. */
    public static CommandLine line(App app) {
        var line = new CommandLine(new SendCommand());
        Sample.of(app)
                .ifPresent(sample -> line.getCommandSpec()
                        .usageMessage()
                        .footer(
                                "  ${COMMAND-FULL-NAME} " + sample.type() + " '" + sample.json() + "'",
                                "  ${COMMAND-FULL-NAME} " + sample.type() + " - --key import-1 < command.json"));
        return line;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        byte[] body = json.equals("-") ? System.in.readAllBytes() : json.getBytes(StandardCharsets.UTF_8);
        Answer answer = url.ask(client -> client.send(new Call(type, body, key, ifMatch, async)));
        return Printing.print(answer, spec.commandLine());
    }
}
