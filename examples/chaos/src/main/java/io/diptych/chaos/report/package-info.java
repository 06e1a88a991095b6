/** What is told of a run: lines while it goes on, a page and a picture at its end. */
@NullMarked
package io.diptych.chaos.report;

import org.jspecify.annotations.NullMarked;
