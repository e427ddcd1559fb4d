import { randomUUID } from "node:crypto";
import type { Person } from "./person.ts";
import { accepted, type Answer, type World } from "./world.ts";

/** A person's carts, by what became of them. */
export type Carts = Readonly<
  Record<"merged" | "target" | "claimed" | "long" | "abandoned" | "reminded" | "unpublished" | "unreadable" | "refused" | "open", string>
>;

/** The carts of which the read model lacks the last events until they are retried. An erasure and a rebuild fold them earlier. */
export const withoutLate = ({ unpublished: _unpublished, refused: _refused, ...carts }: Carts): readonly string[] => Object.values(carts);

/** Sends a command of the person with a text of the person in each field and header. */
export type Act = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;

const shopper = "carts:price carts:purchase";

export const actorOf = (world: World, person: Person, sub: string): Act => {
  let requests = 0;
  return (method, path, body, headers = {}) => {
    requests += 1;
    return accepted(
      world.send(method, path, { sub, scope: shopper }, body, {
        "X-Correlation-Id": person.text("correlation"),
        "Idempotency-Key": person.text(`key-${requests}-${sub.length}`),
        traceparent: `00-${randomUUID().replaceAll("-", "")}-${randomUUID().replaceAll("-", "").slice(16)}-01`,
        tracestate: `shop=${person.text("tracestate")}`,
        baggage: `user=${person.text("baggage")}`,
        "User-Agent": person.text("agent"),
        ...headers,
      }),
    );
  };
};

export const itemOf = (person: Person, item: string) => ({
  item_id: item,
  name: person.text("name"),
  attributes: { engraving: person.text("engraving") },
  quantity: 2,
  price: 3,
});
