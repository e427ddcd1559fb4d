import { Type } from "typebox";

/* These are parts of stored shapes, so they must not change either. */

export const closed = { additionalProperties: false };

export const opaqueId = Type.String({ minLength: 1, maxLength: 64 });

/** A user as the issuer of tokens names it: OpenID Connect Core, 2, allows a subject of 255 characters. */
export const userId = Type.String({ minLength: 1, maxLength: 255 });

/** Minutes, up to 30 days. */
export const minutes = Type.Integer({ minimum: 1, maximum: 43_200 });

/** A time in the format of `Date.toISOString`. */
export const utcTime = Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$" });
