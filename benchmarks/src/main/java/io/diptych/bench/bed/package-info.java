/** What is measured on: a broker, PostgreSQL, processes, and the machine beneath. */
@NullMarked
package io.diptych.bench.bed;

import org.jspecify.annotations.NullMarked;
