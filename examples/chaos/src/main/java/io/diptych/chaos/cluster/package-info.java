/** The processes of a system on loopback: started, killed, frozen, thawed and started again. */
@NullMarked
package io.diptych.chaos.cluster;

import org.jspecify.annotations.NullMarked;
