/** Loads order lines from a CSV file. */
@NullMarked
package io.diptych.example.orders.load;

import org.jspecify.annotations.NullMarked;
