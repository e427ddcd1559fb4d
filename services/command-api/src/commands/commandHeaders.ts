import type { ExpectedVersion } from "@cart/event-store";
import { type Static, Type } from "typebox";

const etag = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';

/** What every command takes besides its address and body. `If-Match` is `*` or a list of ETags (RFC 9110, 13.1.1). */
export const commandHeaders = Type.Object({
  "If-Match": Type.Optional(
    Type.String({
      // Each comma belongs to one part of the pattern, so that no header takes long to refuse.
      pattern: `^(?:\\*|[ \\t,]*${etag}[ \\t]*(?:,[ \\t,]*${etag}[ \\t]*)*(?:,[ \\t,]*)?)$`,
      description: "execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists",
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

/** The versions that a valid `If-Match` names. The comparison is strong: a weak tag, like a tag that this API never gives, names none. */
export const expectedVersionOf = ({ "If-Match": value }: CommandHeaders): ExpectedVersion | undefined => {
  if (value === undefined) return undefined;
  if (value === "*") return "any";
  const tags = value.match(new RegExp(etag, "g")) ?? [];
  return tags.filter((tag) => /^"[1-9]\d{0,9}"$/.test(tag)).map((tag) => Number(tag.slice(1, -1)));
};
