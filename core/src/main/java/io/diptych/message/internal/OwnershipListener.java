package io.diptych.message.internal;

import java.util.Collection;

/** Is told, during a poll, which partitions the caller owns. */
public interface OwnershipListener {

    /** From now on these are the caller's; their records come once it has resumed them. */
    void assigned(Collection<Integer> partitions);

    /** These are not the caller's any more, or may already be another's. */
    void revoked(Collection<Integer> partitions);
}
