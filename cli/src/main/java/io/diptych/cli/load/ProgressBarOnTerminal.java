package io.diptych.cli.load;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar with rate and time left. */
final class ProgressBarOnTerminal implements Progress {

    private final ProgressBar bar;

    ProgressBarOnTerminal(long expected) {
        bar = new ProgressBarBuilder()
                .setTaskName("Loading")
                .setInitialMax(expected)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .showSpeed()
                .build();
    }

    @Override
    public void moved() {
        bar.step();
    }

    @Override
    public void close() {
        // The last lines may have been fewer than expected, as when a text spans several.
        bar.maxHint(bar.getCurrent());
        bar.close();
    }
}
