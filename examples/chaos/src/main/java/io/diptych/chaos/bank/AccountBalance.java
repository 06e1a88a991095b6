package io.diptych.chaos.bank;

import io.diptych.message.Recorded;
import io.diptych.projection.Key;
import org.jspecify.annotations.Nullable;

/** Read side: a row for each account. */
public record AccountBalance(@Key String accountId, long balance, long movements, long version) {

    /** The row after the event. */
    public static AccountBalance evolve(@Nullable AccountBalance row, Recorded<AccountEvent> recorded) {
        long before = row == null ? 0 : row.balance;
        long movements = row == null ? 0 : row.movements;
        AccountEvent event = recorded.event();
        return new AccountBalance(event.accountId(), before + event.change(), movements + 1, recorded.version());
    }
}
