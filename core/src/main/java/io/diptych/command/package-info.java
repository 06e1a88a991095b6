/** The write side: deciders, commands and the replies to them. */
@NullMarked
package io.diptych.command;

import org.jspecify.annotations.NullMarked;
