/** Accounts: a small domain whose money must neither grow nor vanish. */
@NullMarked
package io.diptych.chaos.bank;

import org.jspecify.annotations.NullMarked;
