package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PendingRepliesTest {

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);
    private final PendingReplies replies = new PendingReplies(1000, Duration.ofSeconds(60), nanoTime::get);

    @Test
    void beyond_the_bound_the_eldest_is_given_up_and_the_others_are_still_awaited() {
        var first = replies.add("first");
        var second = replies.add("second");
        for (int i = 2; i <= 1000; i++) {
            replies.add("r-" + i);
        }

        assertThat(replies.size()).isEqualTo(1000);
        assertThat(first).isCompletedExceptionally();
        assertThat(first.exceptionNow()).isInstanceOf(TimeoutException.class);
        assertThat(second).isNotDone();
        assertThat(replies.get("first")).isNull();
        assertThat(replies.get("second")).isSameAs(second);
    }

    @Test
    void owners_that_never_reply_make_it_no_larger() {
        for (int i = 0; i < 100_000; i++) {
            replies.add("r-" + i);
        }

        assertThat(replies.size()).isEqualTo(1000);
    }

    @Test
    void what_does_not_come_in_time_is_given_up_and_the_others_are_still_awaited() {
        var first = replies.add("first");
        nanoTime.addAndGet(Duration.ofSeconds(59).toNanos());
        var second = replies.add("second");

        replies.forgetOverdue();
        assertThat(first).isNotDone();

        nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
        replies.forgetOverdue();
        assertThat(first).isCompletedExceptionally();
        assertThat(first.exceptionNow()).isInstanceOf(TimeoutException.class);
        assertThat(second).isNotDone();
        assertThat(replies.size()).isEqualTo(1);
    }

    @Test
    void at_the_end_nobody_waits_on() {
        var reply = replies.add("r");

        replies.cancel();

        assertThat(reply).isCancelled();
    }
}
