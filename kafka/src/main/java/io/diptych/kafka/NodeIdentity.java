package io.diptych.kafka;

import io.diptych.message.internal.LogException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.jspecify.annotations.Nullable;

/**
 * The name that a node has in a group. When two processes have the same, the group knows the one that came last: only
 * that one may go on.
 */
final class NodeIdentity {

    private final KafkaSettings settings;
    private final String group;

    NodeIdentity(KafkaSettings settings, String group) {
        this.settings = settings;
        this.group = group;
    }

    /** The member id of the process that the group knows by this node's name; null when it knows none. */
    @Nullable
    String holder() {
        if (!settings.stableNodeId()) {
            return null; // A name that was drawn at random: nobody else has it.
        }
        try (Admin admin = Admin.create(settings.admin())) {
            return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                    .flatMap(description -> description.members().stream())
                    .filter(member -> member.groupInstanceId().equals(Optional.of(settings.nodeId())))
                    .map(MemberDescription::consumerId)
                    .findAny()
                    .orElse(null);
        } catch (ExecutionException e) {
            throw new LogException("Kafka could not say who is in the group [" + group + "]: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException("Interrupted while Kafka was asked who is in the group [" + group + "]", e);
        }
    }

    /** Why a process whose name another has cannot go on. */
    LogException taken() {
        String reason = "Another process has the node id [" + settings.nodeId()
                + "] and has taken over: stop one of the two, or give it another --node-id";
        return new LogException(reason, new FencedInstanceIdException(reason));
    }

    /** Why a process does not go on that the group does not know by this node's name, be it for a moment only. */
    LogException unsettled() {
        String reason = "The group [" + group + "] knows another member as [" + settings.nodeId()
                + "]: waits until it is settled which process that is";
        return new LogException(reason, new FencedInstanceIdException(reason));
    }
}
