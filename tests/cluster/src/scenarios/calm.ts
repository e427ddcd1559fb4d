import type { Scenario } from "./scenario.ts";

export const calm: Scenario = {
  name: "calm",
  fault: "none (control)",
  isCalm: true,
  run: async ({ pause, recovered }) => {
    await pause(6_000, 6_000);
    await recovered();
  },
};
