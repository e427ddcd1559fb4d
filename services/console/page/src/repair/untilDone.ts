import { request } from "../api/client.ts";

type Part = { readonly next_after_id: number | null };

/** Repeats a request until everything is done, because each request works for a few seconds at most. Calls `onPart` with each answer. */
export const untilDone = async (path: string, choice: object, onPart: (answer: unknown) => Part): Promise<void> => {
  let after: number | null = 0;
  while (after !== null) after = onPart(await request(path, { method: "POST", body: { ...choice, after_id: after } })).next_after_id;
};
