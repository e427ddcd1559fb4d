import { createLogger } from "@cart/process-kit";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { UnacknowledgedError } from "./acknowledgements.ts";
import type { EventMessage } from "./eventMessage.ts";
import { createEventProducer, type EventProducer } from "./eventProducer.ts";
import { createKafka } from "./kafkaClient.ts";
import { isBrokerUnavailable } from "./kafkaErrors.ts";
import { partitionByKey } from "./partitionByKey.ts";
import { type ClusterScript, type ScriptedCluster, startScriptedCluster } from "./testing/scriptedCluster.ts";

const topic = "events";

/** Returns a message whose key belongs to the partition. */
const messageFor = (partition: number, partitions: number, value: string): EventMessage => {
  const choose = partitionByKey();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  for (let n = 0; ; n += 1) {
    const key = `key-${n}`;
    if (choose({ topic, partitionMetadata, message: { key, value } }) === partition) return { key, value, headers: {} };
  }
};

/*
 * kafkajs sends a batch to several brokers at once, and retries if one of them refuses. Our patch
 * determines which partitions it then sends, to which broker and under which sequence numbers.
 */
describe("a batch that is retried while partitions move between brokers", () => {
  const logger = createLogger({ service: "test", level: "silent" });
  const running: { cluster: ScriptedCluster; producer: EventProducer }[] = [];

  afterEach(async () => {
    for (const { cluster, producer } of running.splice(0)) {
      await producer.disconnect();
      await cluster.close();
    }
  });

  const start = async (leaders: readonly number[], script: (cluster: () => ScriptedCluster) => ClusterScript) => {
    const started: ScriptedCluster = await startScriptedCluster(
      { topic, brokers: 2, leaders },
      script(() => started),
    );
    const producer = createEventProducer(createKafka({ brokers: started.addresses, clientId: "test", logger }));
    running.push({ cluster: started, producer });
    const send = (...values: readonly (readonly [partition: number, value: string])[]) =>
      producer.send([{ topic, messages: values.map(([partition, value]) => messageFor(partition, leaders.length, value)) }]);
    return { cluster: started, send };
  };

  /** Runs the action at the first request that contains the value. */
  const once = (value: string, action: () => void | Promise<void>): ClusterScript => {
    let isDone = false;
    return {
      onProduce: async (batches) => {
        if (isDone || !batches.some(({ values }) => values.includes(value))) return;
        isDone = true;
        await action();
      },
    };
  };

  it("is sent to a broker that takes a partition over after it has answered", async () => {
    const { cluster, send } = await start([0, 1], (current) =>
      once("b1", async () => {
        await waitFor("the other broker's answer", () => current().logs[0]?.length === 1);
        current().leaders[1] = 0;
      }),
    );
    await send([0, "a1"], [1, "b1"]);
    await send([0, "a2"], [1, "b2"]);

    expect(cluster.logs).to.deep.equal([
      ["a1", "a2"],
      ["b1", "b2"],
    ]);
  });

  it("does not write an acknowledged partition again if its leader moves as well", async () => {
    const { cluster, send } = await start([0, 1], (current) =>
      once("b1", async () => {
        await waitFor("the other broker's answer", () => current().logs[0]?.length === 1);
        current().leaders.splice(0, 2, 1, 0);
      }),
    );
    await send([0, "a1"], [1, "b1"]);
    await send([0, "a2"], [1, "b2"]);

    expect(cluster.logs).to.deep.equal([
      ["a1", "a2"],
      ["b1", "b2"],
    ]);
    expect(cluster.received.filter(({ values }) => values.includes("a1"))).to.have.length(1);
  });

  it("waits for slow brokers before it is retried", async () => {
    const { cluster, send } = await start([0, 1], (current) => {
      const refused = once("b1", () => void (current().leaders[1] = 0));
      // Longer than the pause before the first retry, which is at most 60 ms.
      const slow = once("a1", () => new Promise((resolve) => setTimeout(resolve, 300)));
      return {
        onProduce: async (batches) => {
          await refused.onProduce?.(batches);
          await slow.onProduce?.(batches);
        },
      };
    });
    await send([0, "a1"], [1, "b1"]);
    await send([0, "a2"], [1, "b2"]);

    expect(cluster.logs).to.deep.equal([
      ["a1", "a2"],
      ["b1", "b2"],
    ]);
    expect(cluster.received.filter(({ values }) => values.includes("a1"))).to.have.length(1);
  });

  it("keeps its sequence numbers if a broker wrote one partition and refused the other", async () => {
    const { cluster, send } = await start([0, 0], (current) => once("b1", () => void (current().leaders[1] = 1)));
    await send([0, "a1"], [0, "a2"], [1, "b1"]);
    await send([0, "a3"], [0, "a4"], [1, "b2"]);

    expect(cluster.logs).to.deep.equal([
      ["a1", "a2", "a3", "a4"],
      ["b1", "b2"],
    ]);
    const firstSequences = cluster.received.filter(({ values }) => values.includes("a1")).map(({ firstSequence }) => firstSequence);
    expect(firstSequences).to.deep.equal([0, 0]);
  });

  it("keeps its order and its sequence numbers over several moves", async () => {
    let moves = 0;
    const { cluster, send } = await start([0, 1, 0, 1], (current) => ({
      onProduce: (batches) => {
        if (moves >= 3 || !batches.some(({ values }) => values.includes("d1"))) return;
        moves += 1;
        current().leaders.push(...current().leaders.splice(0, 1));
      },
    }));
    for (let n = 1; n <= 3; n += 1) await send([0, `a${n}`], [1, `b${n}`], [2, `c${n}`], [3, `d${n}`]);

    expect(moves).to.equal(3);
    expect(cluster.logs).to.deep.equal(["a", "b", "c", "d"].map((name) => [1, 2, 3].map((n) => `${name}${n}`)));
  });

  it("sends a partition again that an answer leaves out", async () => {
    let isFirst = true;
    const { cluster, send } = await start([0, 0], () => ({
      changeAnswers: (answers) => {
        const given = isFirst ? answers.slice(0, 1) : answers;
        isFirst = false;
        return given;
      },
    }));
    await send([0, "a1"], [1, "b1"]);
    await send([0, "a2"], [1, "b2"]);

    expect(cluster.logs).to.deep.equal([
      ["a1", "a2"],
      ["b1", "b2"],
    ]);
    const resent = cluster.received.filter(({ values }) => values.includes("b1")).map(({ firstSequence }) => firstSequence);
    expect(resent).to.deep.equal([0, 0]);
  });

  const wrongAnswers: readonly [string, NonNullable<ClusterScript["changeAnswers"]>][] = [
    ["has no offset", (answers) => answers.map((answer) => ({ ...answer, baseOffset: -1 }))],
    ["is for another partition as well", (answers) => [...answers, { partition: 1, errorCode: 0, baseOffset: 0 }]],
    ["comes twice", (answers) => [...answers, ...answers]],
  ];
  for (const [what, changeAnswers] of wrongAnswers) {
    it(`is refused if its acknowledgement ${what}, and is written if it is sent again`, async () => {
      let isWrong = true;
      const { cluster, send } = await start([0, 0], () => ({
        changeAnswers: (answers, batches) => (isWrong ? changeAnswers(answers, batches) : answers),
      }));
      const error: unknown = await send([0, "a1"]).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(UnacknowledgedError);
      expect(isBrokerUnavailable(error)).to.equal(true);

      isWrong = false;
      await send([0, "a1"]);
      await send([0, "a2"]);
      expect(cluster.logs).to.deep.equal([["a1", "a1", "a2"], []]);
    });
  }

  it("is refused if the broker takes it for an earlier batch, and is written if it is sent again", async () => {
    let isConfused = false;
    const { cluster, send } = await start([0], () => ({
      changeAnswers: (answers) => (isConfused ? answers.map((answer) => ({ ...answer, baseOffset: 0 })) : answers),
    }));
    await send([0, "a1"]);
    isConfused = true;
    expect(await send([0, "a2"]).catch((e: unknown) => e)).to.be.instanceOf(UnacknowledgedError);

    isConfused = false;
    await send([0, "a2"]);
    await send([0, "a3"]);
    expect(cluster.logs).to.deep.equal([["a1", "a2", "a2", "a3"]]);
  });
});
