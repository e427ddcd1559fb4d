import type { AddItem } from "@cart/domain";
import { type Access, invalidField } from "@cart/http-kit";
import { HttpProblem } from "@cart/process-kit";
import type { Static } from "typebox";
import type { Corrections } from "../checks/checkMessages.ts";
import { domainProblems } from "../commands/commandProblem.ts";
import type { SignedPrice, VerifySignedPrice } from "../prices/signedPrice.ts";
import type { addItemBody } from "./cartBodies.ts";

type Body = Static<typeof addItemBody>;

type Owner = "user_id" | "tenant_id" | "currency";

/** An item to add, with the cart's owner, whom a request with several operations may leave out. */
export type AddItemBody = Omit<Body, Owner> & { readonly [Name in Owner]?: Body[Name] | undefined };

/** What is known about the item beyond the request's own fields. */
export type ItemSources = {
  readonly defaults: AddItem["defaults"];
  readonly signed?: SignedPrice | undefined;
  readonly corrections?: Pick<Corrections, "price" | "name"> | undefined;
};

/**
 * Returns the command of a request. What the shop's check names comes first, then what the catalogue has signed, then the
 * request's own fields. Throws the 422 of an item whose price none of them names.
 */
export const addItemCommand = (body: AddItemBody, { defaults, signed, corrections = {} }: ItemSources): AddItem => {
  const price = corrections.price ?? signed?.price ?? body.price;
  if (price === undefined) throw priceMissing();
  return {
    type: "AddItem",
    userId: body.user_id,
    tenantId: body.tenant_id,
    currency: signed?.currency ?? body.currency,
    defaults,
    itemId: body.item_id,
    name: corrections.name ?? signed?.name ?? body.name,
    attributes: signed?.attributes ?? body.attributes,
    quantity: body.quantity ?? 1,
    price,
  };
};

/** Returns the request's field that a refusal of its item names. What only the signed price says is a fault of the signed price. */
export const addedItemField = (field: string, { signed_price, currency, attributes }: AddItemBody): string => {
  if (signed_price === undefined) return field;
  const isSigned =
    field === "price" || (field === "currency" && currency === undefined) || (field === "attributes" && attributes === undefined);
  return isSigned ? "signed_price" : field;
};

const priceMissing = (): HttpProblem => {
  const message = "neither the request nor the shop's check names a price";
  return new HttpProblem({ ...domainProblems.PRICE_INVALID, detail: message, members: { errors: [{ field: "price", message }] } });
};

/** Verifies the request's signed price, if it has one. */
export const signedPriceOf = async (
  body: AddItemBody,
  access: Access,
  { verify, defaults }: { readonly verify: VerifySignedPrice | undefined; readonly defaults: AddItem["defaults"] },
): Promise<SignedPrice | undefined> => {
  const { signed_price: jws, item_id: itemId, currency, attributes } = body;
  if (jws === undefined) return undefined;
  if (verify === undefined) throw invalidField("signed_price", "is not accepted, because this service has no keys for signed prices");
  if (body.price !== undefined) throw invalidField("signed_price", "must not come together with price");
  const tenantId = access === "unchecked" ? (body.tenant_id ?? defaults.tenantId) : access.tenantId;
  return verify(jws, { itemId, tenantId, currency, attributes });
};
