/** What travels: records, their metadata, problems and consistency tokens. */
@NullMarked
package io.diptych.message;

import org.jspecify.annotations.NullMarked;
