package io.diptych.cli.client;

import io.diptych.cli.terminal.CliException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpConnectTimeoutException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The option {@code --url}, for every command that speaks to a node. A picocli mixin. */
public final class UrlOption {

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            showDefaultValue = picocli.CommandLine.Help.Visibility.ALWAYS,
            converter = Converter.class,
            description = "Where a node listens.")
    private URI url = URI.create("http://127.0.0.1:8080");

    /** Something to ask a node. */
    public interface Request {
        Answer ask(ApiClient client) throws IOException, InterruptedException;
    }

    /** The node's address, without a slash at its end. */
    public URI url() {
        return url;
    }

    /**
     * Asks once.
     *
     * @throws CliException when nobody answers, with the way out
     */
    public Answer ask(Request request) throws InterruptedException {
        try (var client = new ApiClient(url)) {
            return request.ask(client);
        } catch (IOException e) {
            throw new CliException(unreachable(url, e), e);
        }
    }

    /** What to tell a person who called a node that does not answer. */
    public static String unreachable(URI url, IOException cause) {
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
            return "Nobody listens at [" + url + "]: is ./diptych demo running? Or give --url";
        }
        return "No answer from [" + url + "] (" + cause + "): try again, or give --url";
    }

    static final class Converter implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            try {
                var uri = new URI(text.replaceFirst("/+$", ""));
                if (uri.getHost() != null
                        && uri.getQuery() == null
                        && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                throw new TypeConversionException(wrong(text));
            }
            throw new TypeConversionException(wrong(text));
        }

        private static String wrong(String text) {
            return "[" + text + "] is not a URL such as http://127.0.0.1:8080";
        }
    }
}
