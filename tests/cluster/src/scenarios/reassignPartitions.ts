import { waitUntil } from "@cart/tools/own-servers";
import type { suiteClient } from "../cluster.ts";

/**
 * Takes the copy with which each partition's list begins away, so that its broker leads it no more and deletes it, and gives
 * it back at the end of the list, so that it is copied from the new leader. Returns the number of reassignments.
 */
export const reassignPartitions = async (kafka: ReturnType<typeof suiteClient>, topic: string): Promise<number> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const partitions = async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics.flatMap((each) => each.partitions);
    const before = await partitions();
    const steps = [
      before.map(({ partitionId, replicas: [, ...others] }) => ({ partition: partitionId, replicas: others })),
      before.map(({ partitionId, replicas: [first = 0, ...others] }) => ({ partition: partitionId, replicas: [...others, first] })),
    ];
    for (const partitionAssignment of steps) {
      await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
      await waitUntil("the partitions to be where they are assigned", 60, async () => {
        const wanted = new Map(partitionAssignment.map(({ partition, replicas }) => [partition, replicas.join()]));
        const elsewhere = (await partitions()).filter(
          ({ partitionId, replicas, isr }) => replicas.join() !== wanted.get(partitionId) || isr.length < replicas.length,
        );
        if (elsewhere.length > 0) throw new Error(`${elsewhere.length} partitions are on their way`);
      });
    }
    return steps.length;
  } finally {
    await admin.disconnect();
  }
};
