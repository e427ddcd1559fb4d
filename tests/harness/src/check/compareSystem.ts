import { within } from "@cart/process-kit";
import type { LedgerEntry } from "../load/ledger.ts";
import { isForeignMessage } from "../scenario.ts";
import type { System } from "../system/system.ts";
import { checkArchive, readArchive } from "./archive.ts";
import { compareLedgerWithStore } from "./compareLedger.ts";
import { compareStoreWithTopic } from "./compareTopic.ts";
import { compareStoreWithViews } from "./compareViews.ts";
import { countOutbox, readEventStore, streamsOf } from "./eventStore.ts";
import type { Findings } from "./findings.ts";
import { readDeadLetters, readViews } from "./readModel.ts";
import { messagesOf } from "./topic.ts";

export type Comparison = { readonly events: number; readonly repeated: number };

/** Milliseconds. A comparison takes seconds; it reads from servers, one of which may hang. */
const longestComparisonMs = 180_000;

/** Compares ledger, event store, archive, topic and read model. Messages that have the mark were put into the topic by the scenario. */
export const compareSystem = (
  system: System,
  ledger: readonly LedgerEntry[],
  foreignMark: string,
  findings: Findings,
): Promise<Comparison> =>
  within(longestComparisonMs, compareAll(system, ledger, foreignMark, findings)).catch((error: unknown) => {
    findings.add("wrong", `the comparison could not be made: ${error instanceof Error ? error.message : String(error)}`);
    return { events: 0, repeated: 0 };
  });

const compareAll = async (system: System, ledger: readonly LedgerEntry[], foreignMark: string, findings: Findings): Promise<Comparison> => {
  const { pool, databases } = system;
  const [stored, archived] = [await readEventStore(system), await readArchive(system)];
  await checkArchive(system, { stored, archived }, findings);
  const everything = [...stored, ...archived.flatMap(({ events }) => events)];
  compareLedgerWithStore(ledger, everything, findings);
  const messages = await messagesOf(system);
  const { repeated } = compareStoreWithTopic({ stored, archived }, messages, (message) => isForeignMessage(message, foreignMark), findings);
  compareStoreWithViews(stored, await readViews(pool, databases.readModel), findings);

  const streams = streamsOf(stored);
  for (const { code, cartId, version } of await readDeadLetters(pool, databases.readModel)) {
    if (cartId !== null && streams.has(cartId)) findings.add("wrong", `version ${version} of cart ${cartId} is a dead letter: ${code}`);
  }
  const { failed } = await countOutbox(pool, databases.eventStore);
  if (failed > 0) findings.add("wrong", `${failed} outbox rows are FAILED`);
  return { events: everything.length, repeated };
};
