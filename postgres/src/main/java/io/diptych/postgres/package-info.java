/** Read models in PostgreSQL: tables made from row records, positions, queries. */
@NullMarked
package io.diptych.postgres;

import org.jspecify.annotations.NullMarked;
