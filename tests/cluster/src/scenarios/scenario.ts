import type * as harness from "@cart/tests-harness";
import type { Cluster } from "../cluster.ts";

export type Surroundings = { readonly cluster: Cluster };
export type Scenario = harness.Scenario<Surroundings> & {
  /** Whether it cuts connections between servers, which needs a network of their own. */
  readonly cutsConnections?: true;
};
export type ScenarioContext = harness.ScenarioContext & Surroundings;

/** Throws unless connections can be cut. A scenario with `cutsConnections` does not run where that is not so. */
export const networkOf = ({ network }: Cluster): NonNullable<Cluster["network"]> => {
  if (network === undefined) throw new Error("the servers have no network of their own");
  return network;
};
