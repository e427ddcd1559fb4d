import type { Admin, Kafka, RetryOptions } from "kafkajs";
import { connected } from "./connected.ts";

/** One admin client, which is connected when it is first used, and anew after a use that failed. */
export type SharedAdmin = {
  readonly use: <T>(work: (admin: Admin) => Promise<T>) => Promise<T>;
  /** Disconnects. A use that is under way may fail. */
  readonly close: () => Promise<void>;
};

export const createSharedAdmin = (kafka: Kafka, retry: RetryOptions): SharedAdmin => {
  let opened: Promise<Admin> | undefined;
  const uses = new Set<Promise<unknown>>();

  /**
   * A use that is under way connects again for its next request, and nobody would close that connection. So the client is
   * disconnected at once, because a stop must not wait for retries, and again when the uses have ended.
   */
  const disconnect = async (admin: Promise<Admin> | undefined): Promise<void> => {
    const ended = Promise.allSettled(uses);
    const client = await admin?.catch(() => undefined);
    ended.then(() => client?.disconnect()).catch(() => undefined);
    await client?.disconnect();
  };

  return {
    use: async (work) => {
      const admin = (opened ??= connected(kafka.admin({ retry })));
      const use = admin.then(work);
      uses.add(use);
      try {
        return await use;
      } catch (error) {
        // A use that began later may have opened another one.
        if (opened === admin) opened = undefined;
        disconnect(admin).catch(() => undefined);
        throw error;
      } finally {
        uses.delete(use);
      }
    },
    close: async () => {
      const closing = opened;
      opened = undefined;
      await disconnect(closing);
    },
  };
};
