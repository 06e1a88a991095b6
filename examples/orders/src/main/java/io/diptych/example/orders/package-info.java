/** The reference system: orders, their summary, the demand for products and the sales of each hour. */
@NullMarked
package io.diptych.example.orders;

import org.jspecify.annotations.NullMarked;
