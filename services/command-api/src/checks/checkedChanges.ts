import {
  type AddItem,
  type Cart,
  cartAggregateWithin,
  type CartEvent,
  type CartRules,
  type CartOperation,
  decideMergeWithin,
  DomainError,
  type ExistingCart,
  type MergeCart,
} from "@cart/domain";
import { type ExpectedVersion, isExpectedVersion, type LoadedStream, type MaySee, VersionMismatchError } from "@cart/event-store";
import type { Access, Actor } from "@cart/http-kit";
import { type AddItemBody, addItemCommand } from "../carts/addItemCommand.ts";
import { permits } from "../carts/cartAccess.ts";
import { type CartAt, mergeOperation } from "../carts/mergeOperation.ts";
import type { SignedPrice } from "../prices/signedPrice.ts";
import { checkedCart, checkedCartOrNull, type Corrections, type ProposedChange } from "./checkMessages.ts";
import type { ShopCheck } from "./shopCheck.ts";

export type CheckedChangesOptions = {
  readonly check: ShopCheck;
  readonly defaults: AddItem["defaults"];
  readonly rules: CartRules;
  /** Loads the committed states of carts. */
  readonly loadCarts: (ids: readonly string[], maySee: MaySee | undefined) => Promise<ReadonlyMap<string, LoadedStream<Cart>>>;
};

/** The request that proposes a change to a cart. */
export type Proposal = {
  readonly cartId: string;
  readonly access: Access;
  /** The guest whose carts the sender may act on too. */
  readonly guest?: Actor | undefined;
  readonly correlationId: string;
  /** The version that the client expects. The shop is not asked at another one, because the change is then refused. */
  readonly expectedVersion: ExpectedVersion | undefined;
};

/**
 * Asks the shop about changes, each on the carts as the sender sees them, and returns the command that the shop allows, with its
 * corrections. The command must be decided on the versions that the shop has seen, so that it does what the shop was asked about.
 * The shop is not asked about a change that would be refused, or about a submission or a merge that changes nothing.
 */
export const checkedChanges = (options: CheckedChangesOptions) => {
  const { check, rules } = options;
  const { decider } = cartAggregateWithin(rules);
  const lookAt = viewOf(options);

  return {
    /** Looks at the cart once. Each item of the request is then asked about with the cart that the operations before it leave. */
    add: async (proposal: Proposal) => {
      let cart = (await lookAt(proposal, [proposal.cartId]))(proposal.cartId);
      return {
        decidedOn: cart.version,
        ask: (body: AddItemBody, signed: SignedPrice | undefined): Promise<AddItem> =>
          askAboutItem(options, proposal, cart, { body, signed }),
        /** The next item is added after this operation. Throws the refusal of the operation. */
        follow: (operation: CartOperation): void => void (cart = after(operation, cart)),
      };
    },

    submit: async (proposal: Proposal) => {
      const cart = (await lookAt(proposal, [proposal.cartId]))(proposal.cartId);
      const command = { type: "SubmitCart" } as const;
      const events = acceptedEvents(() => decider.decide(command, cart.state, cart.version));
      if (events.length === 0) return { command, decidedOn: cart.version };
      const { prices } = await askAbout(check, proposal, cart, { operation: "submit" });
      return { command: { ...command, prices }, decidedOn: cart.version };
    },

    merge: async (proposal: Proposal, command: MergeCart) => {
      const { sourceCartId, targetCartId, strategy } = command;
      const look = await lookAt(proposal, [...new Set([sourceCartId, targetCartId])]);
      const [source, { state: target, version }] = [look(sourceCartId), look(targetCartId)];
      const decidedOn = [source.version, version] as const;
      const events = acceptedEvents(() => decideMergeWithin(rules, command, source.state, { cart: target, version }).target);
      if (events.length === 0) return mergeOperation(rules, command, decidedOn);
      const merged = requireExisting(events.reduce(decider.evolve, target));
      const { prices } = await askAbout(check, proposal, source, {
        operation: "merge",
        target: checkedCartOrNull(targetCartId, target, version),
        result: checkedCart(targetCartId, merged, version + events.length),
        strategy,
      });
      return mergeOperation(rules, { ...command, prices }, decidedOn);
    },
  };
};

/** The limits bound what several operations leave in the end, and not what is between them. */
const { decider: unbounded } = cartAggregateWithin({ maxBytes: Infinity, maxEvents: Infinity });

/** Returns the cart after an operation. Throws the refusal of the operation. */
const after = (operation: CartOperation, { state, version }: CartAt): CartAt => {
  const events = unbounded.decide(operation, state, version);
  return { state: events.reduce(unbounded.evolve, state), version: version + events.length };
};

/** Loads carts as the sender sees them. Throws if the cart of the request is at another version than the client expects. */
const viewOf =
  ({ loadCarts }: CheckedChangesOptions) =>
  async ({ cartId, access, guest, expectedVersion }: Proposal, ids: readonly string[]) => {
    const isOwn = permits(access, guest) ?? (() => true);
    const carts = await loadCarts(ids, (_id, owner) => isOwn(owner));
    const look = (id: string): CartAt => {
      const cart = carts.get(id);
      const isVisible = cart !== undefined && cart.state.status !== "NONE" && isOwn(cart.state);
      return isVisible ? cart : { state: unbounded.initialState, version: 0 };
    };
    const { version } = look(cartId);
    if (expectedVersion !== undefined && !isExpectedVersion(expectedVersion, version))
      throw new VersionMismatchError(expectedVersion, version);
    return look;
  };

type ProposedItem = { readonly body: AddItemBody; readonly signed: SignedPrice | undefined };

/** Asks about an item that is added to a cart in this state. Throws the refusal of an item that cannot be added at any price. */
const askAboutItem = async (
  { check, defaults }: CheckedChangesOptions,
  { cartId, correlationId }: Proposal,
  before: CartAt,
  { body, signed }: ProposedItem,
): Promise<AddItem> => {
  const proposed = addItemCommand(body, { defaults, signed, corrections: { price: 0 } });
  const { userId: user_id, tenantId: tenant_id, currency } = requireExisting(after(proposed, before).state);
  const { itemId: item_id, attributes = {}, quantity } = proposed;
  const [price, name] = [signed?.price ?? body.price ?? null, proposed.name ?? null];
  const change = { operation: "add", item: { item_id, attributes, quantity, price, name }, currency } as const;
  const cart = checkedCartOrNull(cartId, before.state, before.version);
  const corrections = await check({ change, cart_id: cartId, tenant_id, user_id, cart }, correlationId);
  return addItemCommand(body, { defaults, signed, corrections });
};

/** Asks about a change of a cart that exists. */
const askAbout = async (
  check: ShopCheck,
  { cartId, correlationId }: Proposal,
  { state, version }: CartAt,
  change: ProposedChange,
): Promise<Corrections> => {
  const cart = checkedCart(cartId, requireExisting(state), version);
  return check({ change, cart_id: cart.id, tenant_id: cart.tenant_id, user_id: cart.user_id, cart }, correlationId);
};

const requireExisting = (cart: Cart): ExistingCart => {
  if (cart.status === "NONE") throw new Error("a cart that does not exist has no change to ask about");
  return cart;
};

/** Returns the events of a decision. A refused decision has none, so the shop is not asked about it. */
const acceptedEvents = (decide: () => readonly CartEvent[]): readonly CartEvent[] => {
  try {
    return decide();
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
};
