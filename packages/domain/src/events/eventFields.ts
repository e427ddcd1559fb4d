import { Type } from "typebox";

/* Parts of stored shapes, so they may not change either. */

export const closed = { additionalProperties: false };

export const opaqueId = Type.String({ minLength: 1, maxLength: 64 });

/** Up to 30 days. */
export const minutes = Type.Integer({ minimum: 1, maximum: 43_200 });

/** As `Date.toISOString` has it. */
export const utcTime = Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$" });
