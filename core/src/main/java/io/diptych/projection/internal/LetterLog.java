package io.diptych.projection.internal;

import io.diptych.projection.ProjectionObserver;
import io.diptych.projection.internal.NewLetter.Failure;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators that events of a read model have become dead letters. */
final class LetterLog {

    private static final Logger LOG = LoggerFactory.getLogger(LetterLog.class);

    /** Of one batch: the others are in the store. */
    private static final int LOGGED = 3;

    private final String readModel;
    private final ProjectionObserver observer;

    LetterLog(String readModel, ProjectionObserver observer) {
        this.readModel = readModel;
        this.observer = observer;
    }

    void tell(List<NewLetter> letters) {
        if (letters.isEmpty()) {
            return;
        }
        observer.parked(readModel, letters.size());
        List<NewLetter> failed =
                letters.stream().filter(letter -> letter.failure() != null).toList();
        LOG.warn("{}: {} events wait in the dead letters, {} of them failed", readModel, letters.size(), failed.size());
        failed.stream().limit(LOGGED).forEach(letter -> {
            Failure failure = Objects.requireNonNull(letter.failure());
            LOG.error(
                    "{}: the key [{}] is parked at [partition {}, offset {}]: {}",
                    readModel,
                    letter.key(),
                    letter.event().partition(),
                    letter.event().offset(),
                    failure.error());
        });
    }
}
