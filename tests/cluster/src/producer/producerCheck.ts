import { join } from "node:path";
import type { SuiteVerdict } from "@cart/tests-common";
import { type KafkaCluster, type Report, step } from "@cart/tools/own-servers";
import { suiteClient } from "../cluster.ts";
import { type Guard, guards, messagingWithout } from "./messaging.ts";
import { moveLeaders } from "./moveLeaders.ts";
import { type Outcome, runSenders } from "./runSenders.ts";

type Variation = {
  readonly without: readonly Guard[];
  readonly expected: string;
  readonly isAsExpected: (outcome: Outcome) => boolean;
};

/** Without both guards the fault is there; each of them alone keeps it away. */
const variations: readonly Variation[] = [
  { without: ["mend", "check"], expected: "acknowledged messages are lost", isAsExpected: ({ lost }) => lost > 0 },
  {
    without: ["mend"],
    expected: "nothing is lost, because the check refuses what kafkajs reports as done",
    isAsExpected: ({ lost, outOfOrder, unacknowledged }) => lost === 0 && outOfOrder === 0 && unacknowledged > 0,
  },
  {
    without: ["check"],
    expected: "nothing is lost, because kafkajs sends what is left",
    isAsExpected: ({ lost, outOfOrder }) => lost === 0 && outOfOrder === 0,
  },
];

/** How often half of the leaders are moved while the senders send. */
const moves = 6;

/**
 * Moves leaders under the load of bare producers without some of the guards. The whole system sends too little to lose
 * messages each time. A variation that does not end as expected is a mistake.
 */
export const producerCheck = async (kafka: KafkaCluster, report: Report, folder: string): Promise<SuiteVerdict> => {
  let mistakeCount = 0;
  for (const { without, expected, isAsExpected } of variations) {
    const topic = `without-${without.join("-and-")}`;
    const messaging = await messagingWithout(without, join(folder, topic));
    const title = `without ${without.map((guard) => guards[guard]).join(" and ")}`;
    const inject = async (): Promise<void> => {
      for (let move = 0; move < moves; move += 1) await moveLeaders(suiteClient(kafka), topic, move % 2);
    };
    const outcome = await step(report, title, () => runSenders({ kafka, topic, messaging, inject }), summaryOf);
    if (!isAsExpected(outcome)) mistakeCount += 1;
    console.log(`${isAsExpected(outcome) ? "✔" : "✘ not so:"} ${title} ${expected}`);
  }
  return { mistakeCount };
};

const summaryOf = ({ acknowledged, lost, outOfOrder, repeated, unavailable, unacknowledged }: Outcome): string =>
  [
    `${acknowledged} messages acknowledged`,
    `${lost} lost`,
    `${outOfOrder} out of order`,
    `${repeated} repeated`,
    `${unavailable} calls without a broker`,
    `${unacknowledged} calls not wholly acknowledged`,
  ].join("; ");
