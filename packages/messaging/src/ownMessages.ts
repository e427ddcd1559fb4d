import type { Logger } from "@cart/process-kit";
import type { EachBatchPayload, Kafka } from "kafkajs";
import type { ConsumedMessage } from "./consumedMessage.ts";
import { assertOwnGroups, commitMetadata, eventStoreOf } from "./foreignSystems.ts";

export type FollowedEventStore = {
  /**
   * Resolves to the id of the event store that the consumer follows, and then its former ids. Messages with a former id are those
   * of a history that a restore has ended. With an empty list, messages of every event store are handled.
   */
  readonly ids: () => Promise<readonly string[]>;
  /** Called with the number of messages from another event store, which are skipped because the consumer group is this system's own. */
  readonly onForeign: (messages: number) => void;
};

export type FollowOnlyOptions = Pick<FollowedEventStore, "ids"> & {
  /** Counts messages that were skipped. */
  readonly count: (messages: number) => void;
  readonly logger: Logger;
};

/** Lets a consumer follow one event store. Messages of another one are counted and logged. */
export const followOnly = ({ ids, count, logger }: FollowOnlyOptions): FollowedEventStore => ({
  ids,
  onForeign: (messages) => {
    count(messages);
    logger.error({ messages }, "messages of another event store were skipped: another system publishes to the topics of this one");
  },
});

export type OwnMessages = {
  /** Rejects with a `ForeignSystemError` if the consumer group follows another event store. Call it before the consumer joins. */
  readonly begin: () => Promise<void>;
  /**
   * Looks for messages from other event stores. If there are any, it claims the consumer group for this system, and then rejects
   * unless every claim is this system's: two systems that share a group both refuse, before either commits past the other's messages.
   */
  readonly check: (payloads: readonly EachBatchPayload[]) => Promise<void>;
  readonly isOwn: (message: Pick<ConsumedMessage, "headers">) => boolean;
  readonly metadata: () => string | null;
};

export type OwnMessagesOptions = {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly follows: FollowedEventStore | undefined;
};

/** Tells this system's messages from those of another system that uses the same topics by mistake. */
export const createOwnMessages = ({ kafka, groupId, topics, follows }: OwnMessagesOptions): OwnMessages => {
  let own: readonly string[] = [];

  const isOwn = (message: Pick<ConsumedMessage, "headers">): boolean => {
    const [current] = own;
    return current === undefined || (eventStoreOf(message) ?? current) === current;
  };
  const countForeign = (payloads: readonly EachBatchPayload[]): number =>
    payloads.reduce((sum, { batch }) => sum + batch.messages.filter(({ headers = {} }) => !isOwn({ headers })).length, 0);
  const refresh = async (): Promise<void> => {
    own = (await follows?.ids()) ?? [];
  };
  const assertOwn = async (): Promise<void> => {
    if (own.length > 0) await assertOwnGroups(kafka, { groupIds: [groupId], topics, own });
  };

  return {
    begin: async () => {
      await refresh();
      await assertOwn();
    },
    check: async (payloads) => {
      if (countForeign(payloads) === 0) return;
      // A rebuild may have changed the event store that is followed.
      await refresh();
      const foreign = countForeign(payloads);
      if (foreign === 0) return;
      for (const payload of payloads) await claim(payload, commitMetadata(own[0]));
      await assertOwn();
      follows?.onForeign(foreign);
    },
    isOwn,
    metadata: () => commitMetadata(own[0]),
  };
};

/** Commits the offset at which the fetched messages begin: no progress, but the metadata names this system's event store. */
const claim = async (payload: EachBatchPayload, metadata: string | null): Promise<void> => {
  const { topic, partition } = payload.batch;
  const offset = payload.batch.firstOffset();
  if (offset === null) return;
  const partitions = [{ partition, offset, metadata }];
  await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
};
