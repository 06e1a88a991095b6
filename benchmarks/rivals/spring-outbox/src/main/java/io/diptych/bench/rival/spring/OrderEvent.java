package io.diptych.bench.rival.spring;

/** What happened to an order, as it is published. */
record OrderEvent(String type, String orderId, long version, OrderCommand data) {}
