import { createHash } from "node:crypto";

export type HashedRequest = { readonly method: string; readonly path: string; readonly body: unknown };

/** SHA-256 of what a request asks for. Bodies that differ in white space or in the order of their members are the same body. */
export const requestHash = ({ method, path, body }: HashedRequest): Buffer =>
  createHash("sha256")
    .update(JSON.stringify([method, path, canonical(body ?? null)]))
    .digest();

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, canonical(member)]),
  );
};
