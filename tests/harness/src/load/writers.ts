import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { Ledger, Outcome } from "./ledger.ts";
import { type CartRequest, entryOf, sendCommand } from "./sendCommand.ts";

export type WritersOptions = {
  /** Addresses of the same API. A client stays with one while it answers, and otherwise uses the next. */
  readonly baseUrls: readonly string[];
  readonly ledger: Ledger;
  readonly random: Random;
  /** Number of concurrent clients. */
  readonly clients: number;
};

export type Writers = {
  /** Resolves when the last command was answered or abandoned. */
  readonly stop: () => Promise<void>;
};

const activeCarts = 120;
/** Milliseconds that a client waits between two commands, so that the load is steady and below what two cores can bear. */
const betweenCommands = [10, 70] as const;
/** Milliseconds that a client backs off after an unanswered command. */
const afterFailure = [50, 250] as const;

/** Most attempts of a command with a key while its outcome is unknown. */
const maxAttempts = 60;

const itemOf = (own: Random): string => `item-${own.integer(1, 12)}`;

/**
 * Clients that add items to shared carts, sometimes several clients at once to the same
 * cart, remove items, merge carts and purchase some. They continue after every error.
 */
export const startWriters = ({ baseUrls, ledger, random, clients }: WritersOptions): Writers => {
  const stopping = new AbortController();
  let sent = 0;
  const newCart = (): string => randomUUID();
  const carts = Array.from({ length: activeCarts }, newCart);

  /** Some commands have a key and are repeated until an answer states their outcome. They must still be executed only once. */
  const send = async (client: Client, request: Omit<CartRequest, "id">): Promise<boolean> => {
    const { own } = client;
    sent += 1;
    const id = `command-${sent}`;
    const whole = { ...request, id, ...(own.chance(0.3) ? { idempotencyKey: id } : {}) };
    const first = await client.send(whole);
    const outcome = first.kind === "unknown" && "idempotencyKey" in whole ? await sendUntilKnown(client, whole) : first;
    ledger.record(entryOf(whole, outcome));
    return outcome.kind === "acknowledged";
  };

  const sendUntilKnown = async ({ own, send: sendOnce }: Client, request: CartRequest): Promise<Outcome> => {
    let why = "stopped before the next attempt";
    for (let attempt = 2; attempt <= maxAttempts && !stopping.signal.aborted; attempt += 1) {
      await delay(own.integer(...afterFailure));
      const outcome = await sendOnce(request);
      if (outcome.kind === "acknowledged") return outcome;
      // A 503 says nothing about earlier attempts.
      if (outcome.kind === "refused" && !outcome.why.startsWith("503")) return outcome;
      why = outcome.why;
    }
    return { kind: "unknown", why };
  };

  const add = (client: Client, cartId: string): Promise<boolean> => {
    const { own } = client;
    const body = { user_id: "user-1", item_id: itemOf(own), quantity: own.integer(1, 3), price: own.integer(0, 9_999) / 100 };
    return send(client, { command: "AddItem", cartId, body });
  };

  /** One action of a client on a cart. */
  const act = async (client: Client): Promise<boolean> => {
    const { own } = client;
    const slot = own.integer(0, carts.length - 1);
    const cartId = carts[slot] ?? newCart();
    const dice = own.integer(1, 100);
    if (dice <= 5) {
      carts[slot] = newCart();
      return send(client, { command: "PurchaseCart", cartId, body: { order_id: `order-${own.integer(1, 1_000_000)}` } });
    }
    if (dice <= 9) {
      const target = own.pick(carts);
      if (target !== cartId) {
        carts[slot] = newCart();
        return send(client, { command: "MergeCart", cartId, body: { target_cart_id: target } });
      }
    }
    if (dice <= 15) return send(client, { command: "RemoveItem", cartId, itemId: itemOf(own) });
    const atOnce = own.chance(0.15) ? own.integer(2, 5) : 1;
    const results = await Promise.all(Array.from({ length: atOnce }, () => add(client, cartId)));
    return results.every(Boolean);
  };

  const work = async (client: Client): Promise<void> => {
    const { own } = client;
    while (!stopping.signal.aborted) {
      const isDone = await act(client);
      await delay(isDone ? own.integer(...betweenCommands) : own.integer(...afterFailure));
    }
  };

  const running = Array.from({ length: clients }, (_, index) => work(createClient(baseUrls, index, random.fork(`client ${index}`))));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
};

/** One client with its own random numbers. */
type Client = { readonly own: Random; readonly send: (request: CartRequest) => Promise<Outcome> };

/** Clients begin with different addresses, and each leaves an address that does not answer or that can do nothing. */
const createClient = (baseUrls: readonly string[], first: number, own: Random): Client => {
  let current = first;
  return {
    own,
    send: async (request) => {
      const baseUrl = baseUrls[current % baseUrls.length];
      if (baseUrl === undefined) throw new Error("the clients have no address");
      const outcome = await sendCommand(baseUrl, request);
      if (outcome.kind === "unknown" || (outcome.kind === "refused" && outcome.why.startsWith("503"))) current += 1;
      return outcome;
    },
  };
};
