import { randomUUID } from "node:crypto";
import { cartIsShown, fillCart, mergeCart, withLargeCarts } from "../clients/carts.ts";
import { openSilentClient } from "../clients/silentClient.ts";
import { serviceNames } from "../system/limitedSystem.ts";
import type { Row } from "./row.ts";

const clients = 200;
const merges = 4;
const lines = 500;

export const unreadStreams: Row = {
  name: "streams-200",
  tried: `${clients} event streams that nobody reads, ${merges} events of 0.7 MB`,
  services: serviceNames,
  env: withLargeCarts,
  // One copy of an event for all streams is enough; a copy for each of them needs 70 MiB more.
  maxPeakBytes: 150 * 1024 * 1024,
  run: async ({ system, report }) => {
    const target = randomUUID();
    const sources = Array.from({ length: merges }, () => randomUUID());
    await Promise.all([fillCart(system, target, 1), ...sources.map((source) => fillCart(system, source, lines))]);
    await cartIsShown(system, target, 2);
    report(`${merges} carts with ${lines} lines are stored`);
    const url = system.urlOf("query-api");
    const path = `/carts/${target}/stream?after_version=2`;
    const opened = await Promise.all(Array.from({ length: clients }, () => openSilentClient(url, path, 1)));
    const reader = new AbortController();
    try {
      const response = await fetch(url + path, { signal: reader.signal });
      const last = 2 + merges;
      const read = readUntil(response, `\nid: ${last}\nevent: cart\n`);
      for (const source of sources) await mergeCart(system, source, target);
      await read;
      await cartIsShown(system, target, last);
    } finally {
      reader.abort();
      for (const client of opened) client.leave();
    }
    return "a stream beside them gets every event";
  },
};

/** Reads the stream until the text has come; bounded. */
const readUntil = async (response: Response, text: string): Promise<void> => {
  const decoder = new TextDecoder();
  const deadline = performance.now() + 60_000;
  let rest = "";
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.includes(text)) return;
    if (performance.now() > deadline) break;
    rest = rest.slice(-text.length);
  }
  throw new Error(`the stream ended or took too long before ${JSON.stringify(text)}`);
};
