import { Type } from "typebox";
import { exampleCartId } from "../examples.ts";

export const version = (minimum: 0 | 1, description: string, example = 1) =>
  Type.Optional(Type.Integer({ minimum, maximum: 2 ** 31 - 1, description, examples: [example] }));

const limit = (noun: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: `the most ${noun} in the answer` }));

const closed = { additionalProperties: false };

export const cartIdParameter = Type.Object({
  id: Type.String({ format: "uuid", description: "the cart's id", examples: [exampleCartId] }),
});

export const getCartQuery = Type.Object(
  {
    min_version: version(1, "wait until the cart has at least this version", 2),
    at_version: version(1, "show the cart as it was at this version; not together with min_version"),
  },
  closed,
);

export const historyQuery = Type.Object(
  { after_version: version(0, "show the events after this version"), limit: limit("events") },
  closed,
);

const lastVersion = version(0, "send the events after this version");

const ticket = Type.Optional(
  Type.String({
    pattern: "^[\\w.-]{1,4096}$",
    description: "instead of a token, which an `EventSource` cannot send: the `ticket` of a POST to …/events-ticket",
    examples: ["ticket"],
  }),
);

export const streamQuery = Type.Object({ after_version: lastVersion, ticket }, closed);
export const streamHeaders = Type.Object({ "Last-Event-ID": lastVersion });
