import type { Outcome } from "./scenarios/scenario.ts";

export const summaryOf = ({ injected, acknowledged, lost, outOfOrder, repeated, unavailable, unacknowledged }: Outcome): string =>
  [
    `${injected} times injected`,
    `${acknowledged} messages acknowledged`,
    `${lost} lost`,
    `${outOfOrder} out of order`,
    `${repeated} repeated`,
    `${unavailable} calls without a broker`,
    `${unacknowledged} calls not wholly acknowledged`,
  ].join("; ");
