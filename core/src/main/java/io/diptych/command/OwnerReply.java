package io.diptych.command;

/** What the owner of an aggregate answers: to a command, or to the question how the aggregate stands. */
public sealed interface OwnerReply permits CommandReply, AggregateExcerpt {}
