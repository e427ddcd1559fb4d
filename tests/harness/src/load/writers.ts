import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random.ts";
import type { Ledger, Outcome } from "./ledger.ts";
import { createLoadedCarts, type LoadedCart, type LoadedCarts, type Shopper } from "./loadedCarts.ts";
import { type CartRequest, entryOf, sendCommand } from "./sendCommand.ts";

export type WritersOptions = {
  /** Addresses of the same API. A client stays with one while it answers, and otherwise uses the next. */
  readonly baseUrls: readonly string[];
  readonly ledger: Ledger;
  readonly random: Random;
  /** Number of concurrent clients. */
  readonly clients: number;
  /** The owners of the carts. One by default. */
  readonly shoppers?: readonly Shopper[] | undefined;
};

export type Writers = {
  /** Resolves when the last command was answered or abandoned. */
  readonly stop: () => Promise<void>;
  /**
   * Sends nothing of the shopper any more; only the shop goes on with the shopper's carts, until they are purchased. Resolves when every
   * command of the shopper was answered or abandoned.
   */
  readonly leave: LoadedCarts["leave"];
  /** Call it before a cart comes back from the archive: its answers to earlier commands are gone. */
  readonly beginsAgain: (cartId: string) => void;
};

/** Milliseconds that a client waits between two commands, so that the load is steady and below what two cores can bear. */
const betweenCommands = [10, 70] as const;
/** Milliseconds that a client backs off after an unanswered command. */
const afterFailure = [50, 250] as const;

/** Most attempts of a command with a key while its outcome is unknown. */
const maxAttempts = 60;

const onlyShopper: readonly Shopper[] = [{ userId: "user-1" }];

const itemOf = (own: Random): string => `item-${own.integer(1, 12)}`;

/**
 * Clients that add items to shared carts, sometimes several clients at once to the same
 * cart, remove items, merge carts of the same shopper and purchase some. They continue after every error.
 */
export const startWriters = ({ baseUrls, ledger, random, clients, shoppers = onlyShopper }: WritersOptions): Writers => {
  const stopping = new AbortController();
  const carts = createLoadedCarts(shoppers);
  const begunAgain = new Set<string>();
  const send = createSender({ carts, ledger, begunAgain, stopping: stopping.signal });

  const add = (client: Client, { cartId, shopper }: LoadedCart): Promise<boolean> => {
    const { own } = client;
    const { userId, text } = shopper;
    const itemId = itemOf(own);
    const item = { item_id: itemId, ...(text === undefined ? {} : { name: `${text} ${itemId}` }) };
    const body = { user_id: userId, ...item, quantity: own.integer(1, 3), price: own.integer(0, 9_999) / 100 };
    return send(client, shopper, { command: "AddItem", cartId, body });
  };
  const purchase = (client: Client, cartId: string, sender: Sender): Promise<boolean> => {
    carts.replace(cartId);
    return send(client, sender, { command: "PurchaseCart", cartId, body: { order_id: `order-${client.own.integer(1, 1_000_000)}` } });
  };
  const remove = (client: Client, cartId: string, sender: Sender): Promise<boolean> =>
    send(client, sender, { command: "RemoveItem", cartId, itemId: itemOf(client.own) });

  /** One action of a client on a cart. */
  const act = async (client: Client, cart: LoadedCart): Promise<boolean> => {
    const { own } = client;
    const { cartId, shopper } = cart;
    const dice = own.integer(1, 100);
    if (dice <= 5) return purchase(client, cartId, shopper);
    if (dice <= 9) {
      const target = carts.pickOf(shopper, own).cartId;
      if (target !== cartId) {
        carts.replace(cartId);
        return send(client, shopper, { command: "MergeCart", cartId, body: { target_cart_id: target } });
      }
    }
    if (dice <= 15) return remove(client, cartId, shopper);
    const atOnce = own.chance(0.15) ? own.integer(2, 5) : 1;
    const results = await Promise.all(Array.from({ length: atOnce }, () => add(client, cart)));
    return results.every(Boolean);
  };

  /** One action of the shop on the cart of a shopper who has left. Nothing in it is the shopper's. */
  const settle = (client: Client, { cartId }: LoadedCart): Promise<boolean> =>
    client.own.chance(0.4) ? purchase(client, cartId, shop) : remove(client, cartId, shop);

  const work = async (client: Client): Promise<void> => {
    const { own } = client;
    while (!stopping.signal.aborted) {
      const cart = carts.pick(own);
      const { shopper } = cart;
      const isDone = await (carts.hasLeft(shopper) ? settle(client, cart) : carts.during(shopper, act(client, cart)));
      await delay(isDone ? own.integer(...betweenCommands) : own.integer(...afterFailure));
    }
  };

  const running = Array.from({ length: clients }, (_, index) => work(createClient(baseUrls, index, random.fork(`client ${index}`))));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
    leave: carts.leave,
    beginsAgain: (cartId) => void begunAgain.add(cartId),
  };
};

/** Whose command it is. */
type Sender = Pick<Shopper, "text" | "withoutKeys">;

/** The shop itself, on the carts of a shopper who may be erased. */
const shop: Sender = { withoutKeys: true };

/** Sends a command, with the sender's text in its id, and records its outcome. Resolves to whether it was acknowledged. */
type Send = (client: Client, sender: Sender, request: Omit<CartRequest, "id">) => Promise<boolean>;

type SendOptions = {
  readonly carts: LoadedCarts;
  readonly ledger: Ledger;
  readonly begunAgain: ReadonlySet<string>;
  readonly stopping: AbortSignal;
};

const createSender = ({ carts, ledger, begunAgain, stopping }: SendOptions): Send => {
  let sent = 0;
  const isInArchive = (outcome: Outcome): boolean => outcome.kind === "refused" && outcome.why.startsWith("410");

  const sendUntilKnown = async ({ own, send: sendOnce }: Client, request: CartRequest): Promise<Outcome> => {
    let why = "stopped before the next attempt";
    for (let attempt = 2; attempt <= maxAttempts && !stopping.aborted; attempt += 1) {
      await delay(own.integer(...afterFailure));
      const outcome = await sendOnce(request);
      if (outcome.kind === "acknowledged") return outcome;
      why = outcome.why;
      // The answers of a cart that was archived are gone, so a refusal says nothing about earlier attempts.
      if (isInArchive(outcome) || begunAgain.has(request.cartId)) break;
      // Nor does a 503.
      if (outcome.kind === "refused" && !outcome.why.startsWith("503")) return outcome;
    }
    return { kind: "unknown", why };
  };

  /** Some commands have a key and are repeated until an answer states their outcome. They must still be executed only once. */
  return async (client, { text, withoutKeys = false }, request) => {
    sent += 1;
    const id = text === undefined ? `command-${sent}` : `${text}-command-${sent}`;
    const hasKey = client.own.chance(0.3) && !withoutKeys;
    const whole = { ...request, id, ...(hasKey ? { idempotencyKey: id } : {}) };
    const first = await client.send(whole);
    const outcome = first.kind === "unknown" && "idempotencyKey" in whole ? await sendUntilKnown(client, whole) : first;
    ledger.record(entryOf(whole, outcome));
    if (isInArchive(outcome)) carts.replace(request.cartId);
    return outcome.kind === "acknowledged";
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
