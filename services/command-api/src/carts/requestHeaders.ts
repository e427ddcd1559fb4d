import type { ExpectedVersion } from "@cart/event-store";
import { HttpProblem } from "@cart/service-kit";
import type { Request } from "express";

/**
 * The version that `If-Match` names (RFC 9110, 13.1.1): `"3"`, one ETag of a cart,
 * or `*` for any cart that exists. A weak tag or a list never comes from this API.
 */
export const expectedVersionOf = (req: Request): ExpectedVersion | undefined => {
  const value = req.get("If-Match");
  if (value === undefined) return undefined;
  if (value === "*") return "any";
  const [, version] = /^"([1-9]\d{0,9})"$/.exec(value) ?? [];
  if (version === undefined) throw invalidHeader("If-Match", `must be the ETag of one version of the cart, such as "3", or *`);
  return Number(version);
};

/** The client's `Idempotency-Key`: 1 to 255 visible ASCII characters. */
export const idempotencyKeyOf = (req: Request): string | undefined => {
  const value = req.get("Idempotency-Key");
  if (value !== undefined && !/^[\x21-\x7e]{1,255}$/.test(value)) {
    throw invalidHeader("Idempotency-Key", "must be 1 to 255 visible ASCII characters");
  }
  return value;
};

const invalidHeader = (field: string, message: string): HttpProblem =>
  new HttpProblem({
    status: 400,
    type: "/problems/validation",
    title: "The request is not valid",
    members: { errors: [{ field, message }] },
  });
