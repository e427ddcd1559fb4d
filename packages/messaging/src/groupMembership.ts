import type { Logger } from "@cart/process-kit";
import type { Consumer } from "kafkajs";
import type { TopicPartition } from "./consumerLag.ts";

/** The membership of a consumer in its group. */
export type GroupMembership = {
  /** Follows the consumer's events. Call it again for every new consumer. */
  readonly follow: (consumer: Consumer) => void;
  /**
   * Records that the consumer has ended, with the reason if it failed. The return of the consumer is logged as a recovery,
   * unless all of its failures were expected.
   */
  readonly end: (failure?: { readonly reason: Error; readonly expected: boolean }) => void;
  /** Rejects unless the consumer is a member of the group and has had a recent heartbeat. */
  readonly assertReady: () => Promise<void>;
  readonly assignment: () => readonly TopicPartition[];
};

export const createGroupMembership = (groupId: string, sessionTimeoutMs: number, logger: Logger): GroupMembership => {
  let assigned: readonly TopicPartition[] = [];
  let isMember = false;
  let lastHeard = 0;
  let lastFailure: Error | undefined;
  let recovering = false;

  return {
    follow: (consumer) => {
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        );
        isMember = true;
        lastHeard = Date.now();
        lastFailure = undefined;
        logger.info(
          { group: groupId, partitions: assigned.length, ...(recovering ? { recovered: true } : {}) },
          recovering ? "the consumer works again" : "joined the consumer group",
        );
        recovering = false;
      });
      consumer.on(consumer.events.REBALANCING, () => void (isMember = false));
      consumer.on(consumer.events.HEARTBEAT, () => void (lastHeard = Date.now()));
    },
    end: (failure) => {
      isMember = false;
      assigned = [];
      if (failure === undefined) return;
      lastFailure = failure.reason;
      if (!failure.expected) recovering = true;
    },
    assertReady: async () => {
      if (!isMember) throw new MembershipError(`not a member of the consumer group ${groupId}`, lastFailure);
      const silenceMs = Date.now() - lastHeard;
      if (silenceMs > sessionTimeoutMs / 2) throw new MembershipError(`no heartbeat in the consumer group ${groupId} for ${silenceMs} ms`);
    },
    assignment: () => assigned,
  };
};

class MembershipError extends Error {
  override readonly name = "MembershipError";
  /** What a readiness probe may show of this error: our own words, without those of the broker. */
  readonly shownReason: string;

  constructor(reason: string, cause?: Error) {
    super(reason, { cause });
    const advice = cause !== undefined && "shownReason" in cause ? `: ${String(cause.shownReason)}` : "";
    this.shownReason = `${reason}${advice}`;
  }
}
