import type { Patch } from "@cart/tests-harness";
import type { Programs } from "./world.ts";

export type Sabotage = {
  /** What the erasure forgets. */
  readonly place: string;
  readonly services: readonly (keyof Programs)[];
  readonly patches: readonly Patch[];
  readonly life: string;
  /** What one of the findings has to say. */
  readonly symptom: RegExp;
};

export const sabotages: readonly Sabotage[] = [];
