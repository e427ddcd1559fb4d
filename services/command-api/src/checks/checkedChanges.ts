import {
  type AddItem,
  type Cart,
  cartAggregateWithin,
  type CartEvent,
  type CartLimits,
  decideMergeWithin,
  DomainError,
  type MergeCart,
} from "@cart/domain";
import { type ExpectedVersion, isExpectedVersion, type LoadedStream } from "@cart/event-store";
import type { Access, Actor } from "@cart/http-kit";
import { type AddItemBody, addItemCommand } from "../carts/addItemCommand.ts";
import { permits } from "../carts/cartAccess.ts";
import { type CartAt, mergeOperation } from "../carts/mergeOperation.ts";
import type { SignedPrice } from "../prices/signedPrice.ts";
import { checkedCart, checkedCartOrNull, type ProposedChange } from "./checkMessages.ts";
import type { ShopCheck } from "./shopCheck.ts";

export type CheckedChangesOptions = {
  readonly check: ShopCheck;
  readonly defaults: AddItem["defaults"];
  readonly limits: CartLimits;
  /** Loads the committed states of carts. */
  readonly loadCarts: (ids: readonly string[]) => Promise<ReadonlyMap<string, LoadedStream<Cart>>>;
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
 * Asks the shop about changes, each on the carts as the sender sees them, and returns the command that the shop allows.
 * The shop is not asked about a submission or a merge that would be refused or change nothing; its command then must not
 * change anything on other versions of the carts either.
 */
export const checkedChanges = ({ check, defaults, limits, loadCarts }: CheckedChangesOptions) => {
  const { decider } = cartAggregateWithin(limits);

  /** Loads carts as the sender sees them. */
  const lookAt = async ({ access, guest }: Proposal, ids: readonly string[]) => {
    const carts = await loadCarts(ids);
    const isVisible = permits(access, guest) ?? (() => true);
    return (id: string): CartAt => {
      const cart = carts.get(id);
      return cart === undefined || !isVisible(cart.state) ? { state: decider.initialState, version: 0 } : cart;
    };
  };

  /** Asks about a change of a cart that exists. */
  const askAbout = async ({ cartId, correlationId }: Proposal, { state, version }: CartAt, change: ProposedChange): Promise<void> => {
    if (state.status === "NONE") throw new Error("a cart that does not exist has no change to ask about");
    const cart = checkedCart(cartId, state, version);
    await check({ change, cart_id: cart.id, tenant_id: cart.tenant_id, user_id: cart.user_id, cart }, correlationId);
  };

  return {
    /** Looks at the cart once, and returns what asks about each item of a request. Each is checked with the cart before the request. */
    add: async (proposal: Proposal) => {
      const { cartId, correlationId } = proposal;
      const { state, version } = (await lookAt(proposal, [cartId]))(cartId);
      const existing = state.status === "NONE" ? undefined : state;
      const cart = checkedCartOrNull(cartId, state, version);
      return async (body: AddItemBody, signed: SignedPrice | undefined): Promise<AddItem> => {
        const user_id = body.user_id ?? existing?.userId;
        // Without a user there is no cart, and the command is refused.
        if (user_id === undefined) return addItemCommand(body, { defaults, signed });
        const currency = signed?.currency ?? body.currency ?? existing?.currency ?? defaults.currency;
        const { item_id, attributes = {}, quantity = 1 } = body;
        const [price, name] = [signed?.price ?? body.price ?? null, signed?.name ?? body.name ?? null];
        const change = { operation: "add", item: { item_id, attributes, quantity, price, name }, currency } as const;
        const tenant_id = body.tenant_id ?? existing?.tenantId ?? defaults.tenantId;
        const allowed = await check({ change, cart_id: cartId, tenant_id, user_id, cart }, correlationId);
        const checkedCurrency = allowed.price === undefined ? undefined : currency;
        return addItemCommand(body, { defaults, signed, allowed, checkedCurrency });
      };
    },

    submit: async (proposal: Proposal) => {
      const cart = (await lookAt(proposal, [proposal.cartId]))(proposal.cartId);
      const command = { type: "SubmitCart" } as const;
      const isChanging = isAccepted(() => decider.decide(command, cart.state, cart.version));
      if (isChanging && isExpectedVersion(proposal.expectedVersion, cart.version)) await askAbout(proposal, cart, { operation: "submit" });
      return { command, decidedOn: cart.version };
    },

    merge: async (proposal: Proposal, command: MergeCart) => {
      const { sourceCartId, targetCartId, strategy } = command;
      const look = await lookAt(proposal, [...new Set([sourceCartId, targetCartId])]);
      const [source, { state: target, version }] = [look(sourceCartId), look(targetCartId)];
      const isChanging = isAccepted(() => decideMergeWithin(limits, command, source.state, { cart: target, version }).source);
      if (isChanging && isExpectedVersion(proposal.expectedVersion, source.version)) {
        await askAbout(proposal, source, { operation: "merge", target: checkedCartOrNull(targetCartId, target, version), strategy });
      }
      return mergeOperation(limits, command, [source.version, version]);
    },
  };
};

/** Whether a decision changes something, so that the shop has to be asked about it. */
const isAccepted = (decide: () => readonly CartEvent[]): boolean => {
  try {
    return decide().length > 0;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
};
