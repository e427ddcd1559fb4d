import type { ExpectedVersion } from "@cart/event-store";
import { commonProblems, HttpProblem } from "@cart/process-kit";
import type { Request } from "express";
import { Type } from "typebox";

const versionTag = /^"([1-9]\d{0,9})"$/;
const visibleAscii = /^[\x21-\x7e]{1,255}$/;

/** What every command takes beside its address and body. */
export const commandHeaders = Type.Object({
  "If-Match": Type.Optional(
    Type.String({
      pattern: `${versionTag.source}|^\\*$`,
      description: "carry the command out only at this version, an ETag of this API; `*` for any, if there is one",
      examples: ['"2"'],
    }),
  ),
  "Idempotency-Key": Type.Optional(
    Type.String({
      pattern: visibleAscii.source,
      description: "the same key with the same request gives the first answer again and changes nothing",
      examples: ["018f4e5a-0000-7000-8000-000000000001"],
    }),
  ),
});

/**
 * The version that `If-Match` names (RFC 9110, 13.1.1): `"3"`, one ETag,
 * or `*` for any when there is one. A weak tag or a list never comes from this API.
 */
export const expectedVersionOf = (req: Request): ExpectedVersion | undefined => {
  const value = req.get("If-Match");
  if (value === undefined) return undefined;
  if (value === "*") return "any";
  const [, version] = versionTag.exec(value) ?? [];
  if (version === undefined) throw invalidHeader("If-Match", `must be the ETag of one version, such as "3", or *`);
  return Number(version);
};

/** The client's `Idempotency-Key`: 1 to 255 visible ASCII characters. */
export const idempotencyKeyOf = (req: Request): string | undefined => {
  const value = req.get("Idempotency-Key");
  if (value !== undefined && !visibleAscii.test(value)) {
    throw invalidHeader("Idempotency-Key", "must be 1 to 255 visible ASCII characters");
  }
  return value;
};

const invalidHeader = (field: string, message: string): HttpProblem =>
  new HttpProblem({ ...commonProblems.validation, members: { errors: [{ field, message }] } });
