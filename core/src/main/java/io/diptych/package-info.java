/** An application: the aggregates and read models a user defines. */
@NullMarked
package io.diptych;

import org.jspecify.annotations.NullMarked;
