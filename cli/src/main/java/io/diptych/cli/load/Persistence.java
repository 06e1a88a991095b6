package io.diptych.cli.load;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.UrlOption;
import io.diptych.cli.terminal.CliException;
import io.diptych.message.internal.Backoff;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Asks until there is an answer: over outages, restarts and slow replies, for a limited time from the first failure.
 * Only for what may be asked twice.
 */
final class Persistence {

    private static final Duration FIRST_WAIT = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final URI url;
    private final Duration atMost;

    /** Something that may be asked twice. */
    interface Request {
        Answer ask() throws IOException, InterruptedException;
    }

    Persistence(URI url, Duration atMost) {
        this.url = url;
        this.atMost = atMost;
    }

    /**
     * The first answer that is more than "not now".
     *
     * @throws CliException when there is none in time
     */
    Answer ask(Request request) throws InterruptedException {
        var backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        long begun = System.nanoTime();
        while (true) {
            Duration asked = null;
            IOException failure = null;
            Answer answer = null;
            try {
                answer = request.ask();
                if (answer.status() != 202 && !answer.isWorthRetrying()) {
                    return answer;
                }
                asked = answer.retryAfter();
            } catch (IOException e) {
                failure = e;
            }
            Duration wait = longer(jittered(backoff.next()), asked);
            if (System.nanoTime() - begun + wait.toNanos() > atMost.toNanos()) {
                throw new CliException(why(answer, failure), failure);
            }
            Thread.sleep(wait);
        }
    }

    private String why(@Nullable Answer answer, @Nullable IOException failure) {
        String last = failure != null
                ? UrlOption.unreachable(url, failure)
                : answer == null ? "" : answer.status() == 202 ? "The reply has not come" : answer.problem();
        return "No answer within " + atMost.toSeconds() + " s. The last try: " + last;
    }

    private static Duration longer(Duration wait, @Nullable Duration asked) {
        return asked != null && asked.compareTo(wait) > 0 ? asked : wait;
    }

    /** Those that failed together do not come back together. */
    private static Duration jittered(Duration wait) {
        return wait.plusMillis(ThreadLocalRandom.current().nextLong(1 + wait.toMillis() / 2));
    }
}
