package io.diptych.chaos.load;

/** Somebody who uses the system. */
interface Client {

    /** Does one thing; begins no other. */
    void step() throws InterruptedException;
}
