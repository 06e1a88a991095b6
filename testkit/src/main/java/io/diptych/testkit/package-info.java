/** What a user tests with: fixtures for deciders and projections, and real servers for a JUnit test. */
@NullMarked
package io.diptych.testkit;

import org.jspecify.annotations.NullMarked;
