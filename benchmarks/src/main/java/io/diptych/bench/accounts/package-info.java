/** Accounts that take any number of deposits, of any size: what grows is measured with them. */
@NullMarked
package io.diptych.bench.accounts;

import org.jspecify.annotations.NullMarked;
