package io.diptych.bench.rival.axon;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ResponseStatus;

/** The domain says no. */
@ResponseStatus(HttpStatus.UNPROCESSABLE_CONTENT)
class RefusedException extends RuntimeException {

    RefusedException(String message) {
        super(message);
    }
}
