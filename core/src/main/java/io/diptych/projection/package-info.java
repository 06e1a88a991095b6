/** The read side: projections, their rows and the queries on them. */
@NullMarked
package io.diptych.projection;

import org.jspecify.annotations.NullMarked;
