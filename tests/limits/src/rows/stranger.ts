import { randomUUID } from "node:crypto";
import { cartAggregate } from "@cart/domain";
import { fillSnapshots } from "@cart/event-store";
import { bearer, tokenEnv } from "@cart/testkit/tokens";
import { statusOf } from "../clients/atOnce.ts";
import { cartCreated, largeMerge, storeCarts } from "../clients/storedEvents.ts";
import type { Row } from "./row.ts";

const large = randomUUID();
const requests = 100;
/** How much longer the median may be than on an unknown cart: in proportion, and in milliseconds that the machine adds by chance. */
const [maxRatio, chanceMs] = [1.5, 2];

export const stranger: Row = {
  name: "stranger",
  tried: `${requests} commands and queries of a stranger on a cart of 0.5 MB, and as many on unknown carts`,
  services: ["command-api", "query-api"],
  env: tokenEnv,
  prepare: async ({ eventStore }) => {
    await storeCarts(eventStore, [large], [cartCreated, ...Array.from({ length: 20 }, () => largeMerge)]);
    await fillSnapshots({ pool: eventStore, aggregate: cartAggregate, signal: new AbortController().signal, onDamage: () => undefined });
  },
  run: async ({ system }) => {
    const headers = await bearer({ sub: "eve", tenant_id: "default" });
    const [commands, queries] = [system.urlOf("command-api"), system.urlOf("query-api")];
    const sent: Readonly<Record<string, (cart: string) => ReturnType<typeof statusOf>>> = {
      submit: (cart) => statusOf(`${commands}/carts/${cart}/submit`, { method: "POST", headers }),
      history: (cart) => statusOf(`${queries}/carts/${cart}/history`, { headers }),
      "past version": (cart) => statusOf(`${queries}/carts/${cart}?at_version=2`, { headers }),
    };
    const outcomes: string[] = [];
    for (const [name, send] of Object.entries(sent)) {
      const [onLarge, onUnknown]: [number[], number[]] = [[], []];
      for (let n = 0; n < requests; n += 1) {
        // In turn, so that both see the same machine.
        onLarge.push(await refused(send(large)));
        onUnknown.push(await refused(send(randomUUID())));
      }
      const [hidden, unknown] = [median(onLarge), median(onUnknown)];
      const outcome = `${name} ${hidden.toFixed(1)} against ${unknown.toFixed(1)} ms`;
      if (hidden > maxRatio * unknown + chanceMs) throw new Error(`${outcome}, which tells that the cart exists`);
      outcomes.push(outcome);
    }
    return outcomes.join(", ");
  },
};

const refused = async (answer: ReturnType<typeof statusOf>): Promise<number> => {
  const { status, ms } = await answer;
  if (status !== 404) throw new Error(`a stranger is answered with ${status}`);
  return ms;
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
