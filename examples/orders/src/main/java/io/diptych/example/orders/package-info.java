/** The reference system: orders, their summary and the demand for products. */
@NullMarked
package io.diptych.example.orders;

import org.jspecify.annotations.NullMarked;
