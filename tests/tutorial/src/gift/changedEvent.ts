import type { EventCatalog } from "@cart/domain";
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false };
const paper = Type.String({ minLength: 1, maxLength: 64 });

const GiftWrapChosenV1 = Type.Object({ paper }, closed);

/** `message` is written on the card, or null for no card. Version 1 lacks this field. */
const GiftWrapChosenV2 = Type.Object({ paper, message: Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()]) }, closed);

export type GiftWrapChosen = { readonly type: "GiftWrapChosen"; readonly data: Static<typeof GiftWrapChosenV2> };

export const giftWrapCatalog: EventCatalog<GiftWrapChosen> = {
  GiftWrapChosen: {
    versions: [{ schema: GiftWrapChosenV1 }, { schema: GiftWrapChosenV2, upcast: (v1) => ({ ...v1, message: null }) }],
  },
};
