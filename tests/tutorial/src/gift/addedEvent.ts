import {
  type Cart,
  type CartCommand,
  cartDecider,
  type CartEvent,
  cartEventCatalog,
  cartNotFound,
  type Decider,
  DomainError,
  type EventCatalog,
} from "@cart/domain";
import { type Static, Type } from "typebox";

const GiftWrapChosenV1 = Type.Object({ paper: Type.String({ minLength: 1, maxLength: 64 }) }, { additionalProperties: false });

export type GiftEvent = CartEvent | { readonly type: "GiftWrapChosen"; readonly data: Static<typeof GiftWrapChosenV1> };

export const giftCatalog: EventCatalog<GiftEvent> = {
  ...cartEventCatalog,
  GiftWrapChosen: { versions: [{ schema: GiftWrapChosenV1 }] },
};

/** `paper` is null until the customer has chosen one. */
export type GiftCart = { readonly cart: Cart; readonly paper: string | null };

const evolve = (state: GiftCart, event: GiftEvent): GiftCart =>
  event.type === "GiftWrapChosen" ? { ...state, paper: event.data.paper } : { ...state, cart: cartDecider.evolve(state.cart, event) };

export type GiftCommand = CartCommand | { readonly type: "ChooseGiftWrap"; readonly paper: string };

const decide = (command: GiftCommand, { cart, paper }: GiftCart, version: number): readonly GiftEvent[] => {
  if (command.type !== "ChooseGiftWrap") return cartDecider.decide(command, cart, version);
  if (cart.status === "NONE") throw cartNotFound();
  if (cart.status !== "OPEN") throw new DomainError("CART_CLOSED", "the wrapping of this cart cannot change any more");
  return command.paper === paper ? [] : [{ type: "GiftWrapChosen", data: { paper: command.paper } }];
};

export const giftDecider: Decider<GiftCart, GiftCommand, GiftEvent> = {
  initialState: { cart: cartDecider.initialState, paper: null },
  decide,
  evolve,
};
