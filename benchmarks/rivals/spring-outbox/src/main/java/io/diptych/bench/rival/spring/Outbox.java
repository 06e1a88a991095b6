package io.diptych.bench.rival.spring;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

/** What is not published yet. */
interface Outbox extends JpaRepository<OutboxEntry, Long> {

    List<OutboxEntry> findAllByOrderById(Limit limit);
}
