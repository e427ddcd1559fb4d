import { type Attributes, attributesText } from "@cart/domain";
import { JwtError, jwtVerifier, type SigningKeys } from "@cart/http-kit";
import { HttpProblem, type ProblemKind } from "@cart/process-kit";
import { Type } from "typebox";
import { Check, Errors } from "typebox/value";
import { itemAttributes, itemName, price } from "../carts/cartBodies.ts";

/** The price of an item, as the shop's catalogue has signed it for a tenant. */
export type SignedPrice = {
  readonly price: number;
  readonly currency: string;
  readonly name: string | undefined;
  /** The item's attributes, which may be a part of what it costs. `{}` if the signed price names none. */
  readonly attributes: Attributes;
};

/** What a request says about the item whose signed price it carries. Attributes that it leaves out are those of the signed price. */
export type PricedRequest = {
  readonly itemId: string;
  readonly tenantId: string;
  readonly currency: string | undefined;
  readonly attributes: Attributes | undefined;
};

/** Verifies a signed price for a request. Rejects with an `HttpProblem`: 422 if it is not valid or is of something else, 503 while its keys cannot be read. */
export type VerifySignedPrice = (jws: string, request: PricedRequest) => Promise<SignedPrice>;

/** The header `typ` keeps tokens of other kinds, which the same keys may have signed, from being taken for prices (RFC 8725, 3.11). */
const typ = "price+jwt";

const claims = Type.Object({
  item_id: Type.String({ minLength: 1, maxLength: 64 }),
  tenant_id: Type.String({ minLength: 1, maxLength: 64 }),
  price: price("price of one unit"),
  currency: Type.String({ pattern: "^[A-Z]{3}$" }),
  name: Type.Optional(itemName),
  attributes: Type.Optional(itemAttributes),
});

export const signedPriceInvalid: ProblemKind = {
  status: 422,
  type: "/problems/signed-price-invalid",
  title: "The signed price is not valid",
};

export const signedPrices = (keys: SigningKeys): VerifySignedPrice => {
  const { verify } = jwtVerifier(keys, { typ, noun: "signed price" });
  return async (jws, request) => {
    const payload = await verify(jws).catch((error: unknown) => {
      throw error instanceof JwtError ? refusal(error.message, { cause: error }) : error;
    });
    if (!Check(claims, payload)) {
      const [first] = Errors(claims, payload);
      throw refusal(`the claims of the signed price are not valid: ${first?.instancePath.slice(1) ?? ""} ${first?.message ?? ""}`);
    }
    const { item_id: itemId, tenant_id: tenantId, currency, attributes = {} } = payload;
    const differing = differenceOf(request, { itemId, tenantId, currency, attributes });
    if (differing !== undefined) throw refusal(`${differing} of the signed price differs from the request's`);
    return { price: payload.price, currency, name: payload.name, attributes };
  };
};

type SignedFor = { readonly [Name in keyof PricedRequest]: Exclude<PricedRequest[Name], undefined> };

/** Names what differs between a request and its signed price. */
const differenceOf = (request: PricedRequest, signed: SignedFor): string | undefined => {
  const { currency = signed.currency, attributes = signed.attributes } = request;
  if (request.itemId !== signed.itemId) return "item_id";
  if (request.tenantId !== signed.tenantId) return "tenant_id";
  if (currency !== signed.currency) return "currency";
  return attributesText(attributes) === attributesText(signed.attributes) ? undefined : "attributes";
};

const refusal = (message: string, options?: ErrorOptions): HttpProblem =>
  new HttpProblem({ ...signedPriceInvalid, detail: message, members: { errors: [{ field: "signed_price", message }] } }, options);
