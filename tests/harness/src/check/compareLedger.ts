import type { CommandType, LedgerEntry } from "../load/ledger.ts";
import { type StoredEvent, streamsOf } from "./eventStore.ts";
import type { Findings } from "./findings.ts";
import { groupBy } from "./groupBy.ts";

/** Checks that every acknowledged command is stored once, exactly as its answer said, that every other command is stored completely or not at all, and that streams have no gap. */
export const compareLedgerWithStore = (ledger: readonly LedgerEntry[], stored: readonly StoredEvent[], findings: Findings): void => {
  for (const [cartId, events] of streamsOf(stored)) {
    events.forEach(({ version, id }, index) => {
      if (version !== index + 1) findings.add("lost", `cart ${cartId} has version ${version} where ${index + 1} should be`);
      if (id <= (events[index - 1]?.id ?? 0))
        findings.add("disordered", `cart ${cartId} has version ${version} stored before the one before`);
    });
  }

  const executions = executionsIn(stored);
  // What was acknowledged says which events it has. Only then it is known what is left for the commands without an answer.
  const [acknowledged, others] = [true, false].map((is) => ledger.filter(({ outcome }) => (outcome.kind === "acknowledged") === is));
  for (const entry of [...(acknowledged ?? []), ...(others ?? [])]) compareCommand(entry, executions.take(entry), findings);
  for (const [request, events] of executions.left()) {
    findings.add("wrong", `${events.length} events are stored of the command "${request}", which nobody sent`);
  }
};

type Executions = {
  /** Returns the events of the entry's command, and removes them from those that are left. */
  readonly take: (entry: LedgerEntry) => readonly StoredEvent[];
  /** Returns the events that no entry has taken, by their request, or by their command if their request was erased. */
  readonly left: () => ReadonlyMap<string, readonly StoredEvent[]>;
};

/**
 * The executions of commands that are stored. The id of the client's request names its executions, unless all carts of a command have
 * an owner who was erased: then an acknowledged command is known by a version that its answer named, and a command without an answer by
 * what it does.
 */
const executionsIn = (stored: readonly StoredEvent[]): Executions => {
  const named = new Map<string, readonly StoredEvent[]>();
  const anonymous = new Map<string, readonly StoredEvent[]>();
  const commandAt = new Map<string, string>();
  for (const [commandId, events] of groupBy(stored, (event) => event.commandId)) {
    const request = events.find(({ requestId }) => requestId !== undefined)?.requestId;
    if (request !== undefined) named.set(request, [...(named.get(request) ?? []), ...events]);
    else {
      anonymous.set(commandId, events);
      for (const { cartId, version } of events) commandAt.set(placeOf(cartId, version), commandId);
    }
  }
  const commandOf = ({ command, cartIds, outcome }: LedgerEntry): string | undefined => {
    if (outcome.kind === "refused") return undefined;
    if (outcome.kind === "unknown") return [...anonymous].find(([, events]) => isWhole(command, cartIds, events))?.[0];
    const places = outcome.changes.flatMap(({ cartId, events }) => events.map(({ version }) => placeOf(cartId, version)));
    return places.map((place) => commandAt.get(place)).find((commandId) => commandId !== undefined && anonymous.has(commandId));
  };
  return {
    take: (entry) => {
      const ofRequest = named.get(entry.id);
      if (ofRequest !== undefined) {
        named.delete(entry.id);
        return ofRequest;
      }
      const commandId = commandOf(entry);
      const events = commandId === undefined ? [] : (anonymous.get(commandId) ?? []);
      if (commandId !== undefined) anonymous.delete(commandId);
      return events;
    },
    left: () => new Map([...named, ...anonymous]),
  };
};

const placeOf = (cartId: string, version: number): string => `${cartId}/${version}`;

const compareCommand = ({ id, cartIds, command, outcome }: LedgerEntry, events: readonly StoredEvent[], findings: Findings): void => {
  const text = `${id}, ${command} on ${cartIds.join(" and ")}`;
  if (events.some(({ cartId }) => !cartIds.includes(cartId))) findings.add("wrong", `${text}, is stored in another cart`);
  switch (outcome.kind) {
    case "acknowledged": {
      const expected = outcome.changes.flatMap((change) => change.events.map((event) => ({ ...event, cartId: change.cartId })));
      for (const { cartId, type, version } of expected) {
        const copies = events.filter((one) => one.cartId === cartId && one.type === type && one.version === version).length;
        if (copies === 0) findings.add("lost", `${text}: ${type} with version ${version} was acknowledged and is not stored`);
        if (copies > 1) findings.add("twice", `${text}: ${type} with version ${version} is stored ${copies} times`);
      }
      if (events.length > expected.length)
        findings.add("twice", `${text}: ${expected.length} events acknowledged, ${events.length} stored`);
      return;
    }
    case "refused":
      if (events.length > 0) findings.add("partial", `${text}: refused (${outcome.why}), but ${events.length} events are stored`);
      return;
    case "unknown":
      if (events.length > 0 && !isWhole(command, cartIds, events)) {
        const stored = events.map(({ cartId, type, version }) => `${type} ${version} of ${cartId}`).join(", ");
        findings.add("partial", `${text}: no answer (${outcome.why}), and stored are ${stored}`);
      }
      return;
    default:
      outcome satisfies never;
  }
};

/** Whether the events (at least one) are all events of one command, once. */
const isWhole = (command: CommandType, [cartId, targetId]: readonly string[], events: readonly StoredEvent[]): boolean => {
  const stored = events
    .map((event) => `${event.type} ${event.cartId}`)
    .toSorted()
    .join();
  switch (command) {
    case "AddItem": {
      // A cart's first event never comes alone: its item follows.
      const isFirst = events.some(({ version }) => version <= 2);
      return stored === (isFirst ? `CartCreated ${cartId},ItemAddedToCart ${cartId}` : `ItemAddedToCart ${cartId}`);
    }
    case "RemoveItem":
      return stored === `ItemRemovedFromCart ${cartId}`;
    case "PurchaseCart":
      return stored === `CartPurchased ${cartId}`;
    case "MergeCart":
      return stored === `CartMergedFrom ${targetId},CartMergedInto ${cartId}`;
    default:
      return command satisfies never;
  }
};
