import { abortableDelay, type Logger } from "@cart/process-kit";
import type { Consumer } from "kafkajs";
import type { TopicPartition } from "./consumerLag.ts";

/** The membership of a consumer in its group. */
export type GroupMembership = {
  /** Records that a consumer starts: its silence counts from here. */
  readonly begun: () => void;
  readonly joined: (partitions: readonly TopicPartition[]) => void;
  readonly rebalancing: () => void;
  readonly heartbeat: () => void;
  readonly fetched: () => void;
  /**
   * Records that the consumer has ended, with the reason if it failed. The return of the consumer is logged as a recovery,
   * unless all of its failures were expected.
   */
  readonly end: (failure?: { readonly reason: Error; readonly expected: boolean }) => void;
  /**
   * Rejects unless the consumer is a member of the group and has had a recent heartbeat. After a failure it must also have read or
   * had a heartbeat since it joined, because a consumer can join a group although it may not read the topic.
   */
  readonly assertReady: () => Promise<void>;
  /** Resolves to an error once the consumer has neither joined nor had a heartbeat for this time. It stops watching when `over` is aborted. */
  readonly silent: (maxMs: number, over: AbortSignal) => Promise<MembershipError>;
  readonly assignment: () => readonly TopicPartition[];
};

/**
 * Tells the membership what happens to the consumer. Call it again for every new consumer, and call the function that it returns
 * when the consumer has ended: one that was given up may still join.
 */
export const follow = (consumer: Consumer, membership: GroupMembership): (() => void) => {
  const { events } = consumer;
  const ignore = [
    consumer.on(events.GROUP_JOIN, ({ payload }) =>
      membership.joined(
        Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))),
      ),
    ),
    consumer.on(events.REBALANCING, membership.rebalancing),
    consumer.on(events.HEARTBEAT, membership.heartbeat),
    consumer.on(events.FETCH, membership.fetched),
  ];
  return () => {
    for (const remove of ignore) remove();
  };
};

export const createGroupMembership = (groupId: string, sessionTimeoutMs: number, logger: Logger): GroupMembership => {
  let assigned: readonly TopicPartition[] = [];
  let isMember = false;
  let lastHeard = 0;
  let lastFailure: Error | undefined;
  let recovering = false;

  const recovered = (): void => {
    if (!recovering || !isMember) return;
    recovering = false;
    lastFailure = undefined;
    logger.info({ group: groupId, partitions: assigned.length, recovered: true }, "the consumer works again");
  };

  return {
    begun: () => void (lastHeard = Date.now()),
    joined: (partitions) => {
      assigned = partitions;
      isMember = true;
      lastHeard = Date.now();
      if (recovering) return;
      lastFailure = undefined;
      logger.info({ group: groupId, partitions: assigned.length }, "joined the consumer group");
    },
    rebalancing: () => void (isMember = false),
    heartbeat: () => {
      // The group answers heartbeats of its members only. Of several rejoins at once, kafkajs can announce a rebalance after the last join.
      // A consumer that has ended has no partitions, and its last heartbeats do not count.
      if (assigned.length > 0) isMember = true;
      lastHeard = Date.now();
      recovered();
    },
    fetched: recovered,
    end: (failure) => {
      isMember = false;
      assigned = [];
      if (failure === undefined) return;
      lastFailure = failure.reason;
      if (!failure.expected) recovering = true;
    },
    assertReady: async () => {
      if (!isMember) throw new MembershipError(`not a member of the consumer group ${groupId}`, lastFailure);
      if (recovering) throw new MembershipError(`the consumer has not read since it joined the consumer group ${groupId}`, lastFailure);
      const silenceMs = Date.now() - lastHeard;
      if (silenceMs > sessionTimeoutMs / 2) throw new MembershipError(`no heartbeat in the consumer group ${groupId} for ${silenceMs} ms`);
    },
    silent: async (maxMs, over) => {
      for (let leftMs = maxMs; leftMs > 0 && !over.aborted; leftMs = lastHeard + maxMs - Date.now()) await abortableDelay(leftMs, over);
      return new MembershipError(`no answer to a join and no heartbeat in the consumer group ${groupId} for ${maxMs} ms`);
    },
    assignment: () => assigned,
  };
};

/** The consumer is not a working member of its group. */
export class MembershipError extends Error {
  override readonly name = "MembershipError";
  /** What a readiness probe may show of this error: our own words, without those of the broker. */
  readonly shownReason: string;

  constructor(reason: string, cause?: Error) {
    super(reason, { cause });
    const advice = cause !== undefined && "shownReason" in cause ? `: ${String(cause.shownReason)}` : "";
    this.shownReason = `${reason}${advice}`;
  }
}
