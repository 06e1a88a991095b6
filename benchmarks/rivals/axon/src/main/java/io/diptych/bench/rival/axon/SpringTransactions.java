package io.diptych.bench.rival.axon;

import org.axonframework.messaging.core.unitofwork.transaction.Transaction;
import org.axonframework.messaging.core.unitofwork.transaction.TransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/** Axon's transactions are Spring's, and so Hibernate's: one that is begun within another is part of it. */
record SpringTransactions(PlatformTransactionManager transactions) implements TransactionManager {

    @Override
    public Transaction startTransaction() {
        TransactionStatus status = transactions.getTransaction(new DefaultTransactionDefinition());
        return new Transaction() {
            @Override
            public void commit() {
                if (isOurs()) {
                    transactions.commit(status);
                }
            }

            @Override
            public void rollback() {
                if (isOurs()) {
                    transactions.rollback(status);
                }
            }

            private boolean isOurs() {
                return status.isNewTransaction() && !status.isCompleted();
            }
        };
    }

    /** Spring binds a transaction to its thread. */
    @Override
    public boolean requiresSameThreadInvocations() {
        return true;
    }
}
