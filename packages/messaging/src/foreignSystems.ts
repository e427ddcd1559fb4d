import { setTimeout as delay } from "node:timers/promises";
import type { Admin, Kafka } from "kafkajs";
import type { ConsumedMessage } from "./consumedMessage.ts";
import { protocolErrorType } from "./kafkaErrors.ts";

/*
 * Two systems with one topic prefix on one Kafka would share topics and consumer groups, and each would get a part of the other's
 * events. Every message names the event store that it comes from, and every commit of a consumer group names, in its metadata,
 * the event store that the group follows. A system that meets another one's name refuses to go on. Messages and commits of
 * earlier releases name no event store, and are accepted.
 */

const header = "ce_eventstoreid";
const prefix = "event-store=";

/** Returns the id of the event store that the message comes from, if the message names it. */
export const eventStoreOf = ({ headers }: Pick<ConsumedMessage, "headers">): string | undefined => {
  const value = headers[header];
  return Buffer.isBuffer(value) || typeof value === "string" ? value.toString() : undefined;
};

/** Returns the metadata of a commit. */
export const commitMetadata = (eventStoreId: string | undefined): string | null =>
  eventStoreId === undefined ? null : `${prefix}${eventStoreId}`;

/** Another system uses the same consumer group, and so the same topics. */
class ForeignSystemError extends Error {
  override readonly name = "ForeignSystemError";
  /** What a readiness probe may show of this error. */
  readonly shownReason: string;

  constructor(groupId: string, { own, foreign }: { readonly own: string; readonly foreign: string }) {
    const reason =
      `the consumer group ${groupId} belongs to another system, with the event store ${foreign}, and this system's event store is ${own}: ` +
      "give each system a KAFKA_TOPIC_PREFIX of its own";
    super(reason);
    this.shownReason = reason;
  }
}

export type GroupsToCheck = { readonly groupIds: readonly string[]; readonly topics: readonly string[]; readonly own: readonly string[] };

/**
 * `own` has the event store's current id, and then its former ids, under which the group may have committed before a restore.
 * Rejects with a `ForeignSystemError` if one of the groups follows another event store. A group that may not be
 * described is not checked.
 */
export const assertOwnGroups = async (kafka: Kafka, { groupIds, topics, own }: GroupsToCheck): Promise<void> => {
  const [current] = own;
  if (current === undefined) return;
  const admin = kafka.admin({ retry: { retries: 2 } });
  try {
    await admin.connect();
    for (const groupId of groupIds) {
      const foreign = (await ownersOnceElected(admin, groupId, topics)).find((owner) => !own.includes(owner));
      if (foreign !== undefined) throw new ForeignSystemError(groupId, { own: current, foreign });
    }
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

/** A new Kafka elects the coordinators of its groups, and a cluster moves them, within a second or two. */
const election = { attempts: 20, pauseMs: 250 };

const ownersOnceElected = async (admin: Admin, groupId: string, topics: readonly string[]): Promise<readonly string[]> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ownersOf(admin, groupId, topics);
    } catch (error) {
      if (attempt === election.attempts || !isElecting.has(protocolErrorType(error))) throw error;
      await delay(election.pauseMs);
    }
  }
};

const ownersOf = async (admin: Admin, groupId: string, topics: readonly string[]): Promise<readonly string[]> => {
  try {
    const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
    return committed.flatMap(({ partitions }) =>
      partitions.flatMap(({ metadata }) => (metadata?.startsWith(prefix) === true ? [metadata.slice(prefix.length)] : [])),
    );
  } catch (error) {
    if (mayNotBeAsked.has(protocolErrorType(error)) || isWithoutCoordinator(error)) return [];
    throw error;
  }
};

/** kafkajs says only this of a group that the user may not describe. Without a coordinator nobody can join the group either. */
const isWithoutCoordinator = (error: unknown): boolean =>
  error instanceof Error && (error.name === "KafkaJSGroupCoordinatorNotFound" || isWithoutCoordinator(error.cause));

/** The user has no right to describe the group, or the topics do not exist yet. */
const mayNotBeAsked: ReadonlySet<string | undefined> = new Set([
  "GROUP_AUTHORIZATION_FAILED",
  "TOPIC_AUTHORIZATION_FAILED",
  "UNKNOWN_TOPIC_OR_PARTITION",
]);

/** The broker that was asked is not the group's coordinator, not any more, or not yet. */
const isElecting: ReadonlySet<string | undefined> = new Set([
  "NOT_COORDINATOR_FOR_GROUP",
  "GROUP_LOAD_IN_PROGRESS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
]);
