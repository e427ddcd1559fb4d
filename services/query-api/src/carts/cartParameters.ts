import { Type } from "typebox";

export const version = (minimum: 0 | 1, description: string) => Type.Optional(Type.Integer({ minimum, maximum: 2 ** 31 - 1, description }));

const limit = (of: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: `most ${of} in the answer` }));

const closed = { additionalProperties: false };

export const cartIdParameter = Type.Object({ id: Type.String({ format: "uuid", description: "the cart's id" }) });

export const getCartQuery = Type.Object(
  {
    min_version: version(1, "answer when the cart has at least this version"),
    at_version: version(1, "answer with the cart as it was at this version; not together with min_version"),
  },
  closed,
);

export const historyQuery = Type.Object(
  { after_version: version(0, "answer with the events after this version"), limit: limit("events") },
  closed,
);

const lastVersion = version(0, "send the events after this version");

export const streamQuery = Type.Object({ after_version: lastVersion }, closed);
export const streamHeaders = Type.Object({ "Last-Event-ID": lastVersion });
