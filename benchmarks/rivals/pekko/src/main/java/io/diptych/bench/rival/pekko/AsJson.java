package io.diptych.bench.rival.pekko;

/** What leaves an actor's memory, as JSON. */
interface AsJson {}
