import { waitUntil } from "@cart/tools/own-servers";
import type { suiteClient } from "../cluster.ts";

/**
 * Moves the leaders of half of the partitions, those whose number has the given remainder by two, to the next broker, which
 * leads others. All brokers are healthy, so a batch is refused by one broker after the others have answered.
 */
export const moveLeaders = async (kafka: ReturnType<typeof suiteClient>, topic: string, remainder: number): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const partitions = async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics.flatMap((each) => each.partitions);
    const wanted = new Map(
      (await partitions())
        .filter(({ partitionId }) => partitionId % 2 === remainder)
        .map(({ partitionId, replicas: [first = 0, ...others] }) => [partitionId, [...others, first]]),
    );
    const partitionAssignment = [...wanted].map(([partition, replicas]) => ({ partition, replicas }));
    // The order of a partition's copies says who leads it by preference; the controller follows it within seconds.
    await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
    await waitUntil("the leaders to be where they are wanted", 60, async () => {
      const elsewhere = (await partitions()).filter(({ partitionId, leader }) => leader !== (wanted.get(partitionId)?.[0] ?? leader));
      if (elsewhere.length > 0) throw new Error(`${elsewhere.length} leaders are elsewhere`);
    });
  } finally {
    await admin.disconnect();
  }
};
