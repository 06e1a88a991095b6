package io.diptych.bench.rival.spring;

import org.springframework.data.jpa.repository.JpaRepository;

/** The read model's rows. */
interface OrderSummaries extends JpaRepository<OrderSummary, String> {}
