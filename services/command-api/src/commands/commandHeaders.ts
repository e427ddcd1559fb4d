import type { ExpectedVersion } from "@cart/event-store";
import { type Static, Type } from "typebox";

/**
 * What every command takes besides its address and body. `If-Match` (RFC 9110, 13.1.1) is one ETag of this API, or `*`:
 * a weak tag or a list never comes from this API.
 */
export const commandHeaders = Type.Object({
  "If-Match": Type.Optional(
    Type.String({
      pattern: '^"[1-9]\\d{0,9}"$|^\\*$',
      description: "execute the command only at this version, an ETag of this API; `*` for any version, if it exists",
      examples: ['"2"'],
    }),
  ),
  "Idempotency-Key": Type.Optional(
    Type.String({
      pattern: "^[\\x21-\\x7e]{1,255}$",
      description: "1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing",
      examples: ["018f4e5a-0000-7000-8000-000000000001"],
    }),
  ),
});

export type CommandHeaders = Static<typeof commandHeaders>;

/** The version that a valid `If-Match` names. */
export const expectedVersionOf = ({ "If-Match": value }: CommandHeaders): ExpectedVersion | undefined => {
  if (value === undefined) return undefined;
  return value === "*" ? "any" : Number(value.slice(1, -1));
};
