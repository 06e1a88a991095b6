package io.diptych.chaos.bank;

import io.diptych.chaos.bank.AccountEvent.Deposited;
import io.diptych.chaos.bank.AccountEvent.Withdrawn;
import io.diptych.message.Recorded;
import io.diptych.projection.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Read side: a row for each transfer, made of two accounts' events in whatever order they come. As long as there is
 * trouble, events of some amounts cannot be folded.
 */
public record TransferStatus(@Key String transferId, long amount, boolean withdrawn, boolean deposited) {

    /** The read model's name. */
    public static final String READ_MODEL = "transfer";

    /** Names the file that is there as long as there is trouble; unset for never. */
    public static final String TROUBLE = "diptych.chaos.trouble";

    private static final @Nullable Path FILE = file();

    private static @Nullable Path file() {
        String name = System.getProperty(TROUBLE);
        return name == null ? null : Path.of(name);
    }

    /** Whether events of that amount make trouble: about one in sixteen. */
    public static boolean isTroubled(long amount) {
        return amount % 16 == 5;
    }

    /** The transfer; null when the event belongs to none. */
    public static @Nullable String key(AccountEvent event) {
        return switch (event) {
            case AccountEvent.AccountOpened ignored -> null;
            case Deposited deposited -> deposited.transferId();
            case Withdrawn withdrawn -> withdrawn.transferId();
        };
    }

    /** The row after the event. */
    public static TransferStatus evolve(@Nullable TransferStatus row, Recorded<AccountEvent> recorded) {
        AccountEvent event = recorded.event();
        if (FILE != null && isTroubled(event.amount()) && Files.exists(FILE)) {
            throw new IllegalStateException("Amounts such as [" + event.amount() + "] make trouble");
        }
        return new TransferStatus(
                String.valueOf(key(event)),
                event.amount(),
                event instanceof Withdrawn || row != null && row.withdrawn,
                event instanceof Deposited || row != null && row.deposited);
    }
}
