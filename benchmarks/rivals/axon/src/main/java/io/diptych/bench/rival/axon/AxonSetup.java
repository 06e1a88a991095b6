package io.diptych.bench.rival.axon;

import jakarta.persistence.EntityManager;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.axonframework.common.configuration.AxonConfiguration;
import org.axonframework.common.jpa.SimpleEntityManagerProvider;
import org.axonframework.conversion.Converter;
import org.axonframework.eventsourcing.configuration.EventSourcedEntityModule;
import org.axonframework.eventsourcing.configuration.EventSourcingConfigurer;
import org.axonframework.eventsourcing.eventstore.jpa.AggregateBasedJpaEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.jpa.SQLErrorCodesResolver;
import org.axonframework.messaging.commandhandling.gateway.CommandGateway;
import org.axonframework.messaging.core.configuration.MessagingConfigurer;
import org.axonframework.messaging.core.unitofwork.transaction.TransactionManager;
import org.axonframework.messaging.eventhandling.configuration.EventProcessorModule;
import org.axonframework.messaging.eventhandling.conversion.EventConverter;
import org.axonframework.messaging.eventhandling.processing.streaming.token.store.TokenStore;
import org.axonframework.messaging.eventhandling.processing.streaming.token.store.jpa.JpaTokenStore;
import org.axonframework.messaging.eventhandling.processing.streaming.token.store.jpa.JpaTokenStoreConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** What Axon's starter for Spring Boot would set up: JPA for the events, the tokens and the rows, in Spring's transactions. */
@Configuration(proxyBeanMethods = false)
class AxonSetup {

    /** Events that are read at once, both of an entity and by the processor: Axon's default. */
    private static final int READ_AT_ONCE = 100;

    /** Events of a transaction of the processor; 1 by default. */
    private static final int BATCH = 100;

    /** As many as the processor has threads by default: more would make smaller batches. 16 by default. */
    private static final int SEGMENTS = 4;

    @Bean(destroyMethod = "shutdown")
    AxonConfiguration axon(EntityManager entities, DataSource database, PlatformTransactionManager transactions)
            throws SQLException {
        var entityManager = new SimpleEntityManagerProvider(entities);
        var duplicates = new SQLErrorCodesResolver(database);
        return EventSourcingConfigurer.create()
                .componentRegistry(registry -> registry.registerComponent(
                                TransactionManager.class, axon -> new SpringTransactions(transactions))
                        .registerComponent(
                                TokenStore.class,
                                axon -> new JpaTokenStore(
                                        entityManager,
                                        axon.getComponent(Converter.class),
                                        JpaTokenStoreConfiguration.DEFAULT)))
                .registerEventStorageEngine(axon -> new AggregateBasedJpaEventStorageEngine(
                        entityManager,
                        axon.getComponent(TransactionManager.class),
                        axon.getComponent(EventConverter.class),
                        // By default an entity's last batch is an empty one: a query more for each command.
                        engine -> engine.batchSize(READ_AT_ONCE)
                                .finalBatchPredicate(batch -> batch.size() < READ_AT_ONCE)
                                .persistenceExceptionResolver(duplicates)))
                .registerEntity(EventSourcedEntityModule.autodetected(String.class, Order.class))
                .messaging(messaging -> project(messaging, entities))
                .start();
    }

    private static void project(MessagingConfigurer messaging, EntityManager entities) {
        messaging.eventProcessing(processing -> processing.pooledStreaming(pooled ->
                pooled.processor(EventProcessorModule.pooledStreaming("order-summary")
                        .eventHandlingComponents(
                                components -> components.autodetected(axon -> new OrderProjection(entities)))
                        .customized((axon, processor) ->
                                processor.initialSegmentCount(SEGMENTS).batchSize(BATCH)))));
    }

    @Bean
    CommandGateway commands(AxonConfiguration axon) {
        return axon.getComponent(CommandGateway.class);
    }
}
