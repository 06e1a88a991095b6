package io.diptych.bench.rival.axon;

import org.springframework.data.jpa.repository.JpaRepository;

/** The read model's rows. */
interface OrderSummaries extends JpaRepository<OrderSummary, String> {}
