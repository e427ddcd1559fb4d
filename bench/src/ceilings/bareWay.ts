/** The roles of the bare path, each a minimal process. */
export type BareRole = "write" | "project" | "read";

export type BarePlan = {
  readonly role: BareRole;
  readonly eventStoreUrl: string;
  readonly readModelUrl: string;
  readonly brokers: readonly string[];
  readonly topic: string;
};

/** Sent when the process is ready. `url` is set for roles that are called over HTTP. */
export type BareReady = { readonly url?: string };
