import { randomUUID } from "node:crypto";
import { cartCreated, largeMerge, storeCarts } from "../clients/storedEvents.ts";
import type { Row } from "./row.ts";

const cart = randomUUID();
const merges = 43;
const readers = 6;

export const largeHistory: Row = {
  name: "large-history",
  tried: `${readers} readers of the history of a cart with ${merges} merges of 0.5 MB`,
  services: ["query-api"],
  prepare: ({ eventStore }) => storeCarts(eventStore, [cart], [cartCreated, ...Array.from({ length: merges }, () => largeMerge)]),
  run: async ({ system }) => {
    const url = `${system.urlOf("query-api")}/carts/${cart}`;
    const pages = await Promise.all(Array.from({ length: readers }, () => readHistory(url)));
    const past = await fetch(`${url}?at_version=${merges + 1}`, { signal: AbortSignal.timeout(30_000) });
    await past.arrayBuffer();
    if (!past.ok) throw new Error(`the newest version is answered with ${past.status}`);
    return `each reads all versions, in ${pages[0]} pages`;
  },
};

/** Reads page after page, checks that no version is missing, and returns the number of pages. */
const readHistory = async (url: string): Promise<number> => {
  let after: number | null = 0;
  let pages = 0;
  while (after !== null) {
    const response = await fetch(`${url}/history?limit=100&after_version=${after}`, { signal: AbortSignal.timeout(60_000) });
    if (!response.ok) throw new Error(`a page is answered with ${response.status}`);
    const page = (await response.json()) as {
      readonly events: readonly { readonly version: number }[];
      readonly next_after_version: number | null;
    };
    const expected = page.events.map((_, n) => (after ?? 0) + n + 1);
    if (page.events.length === 0 || page.events.some(({ version }, n) => version !== expected[n]))
      throw new Error(`a page after ${after} has gaps`);
    after = page.next_after_version;
    if (after === null && page.events.at(-1)?.version !== merges + 1) throw new Error("the last page ends too early");
    pages += 1;
  }
  return pages;
};
