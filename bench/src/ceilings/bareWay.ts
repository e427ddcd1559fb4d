/** The processes of the bare way, each as small as its part allows. */
export type BareRole = "write" | "project" | "read";

export type BarePlan = {
  readonly role: BareRole;
  readonly eventStoreUrl: string;
  readonly readModelUrl: string;
  readonly brokers: readonly string[];
  readonly topic: string;
};

/** Sent when it can be used. `url` of those that are called over HTTP. */
export type BareReady = { readonly url?: string };
