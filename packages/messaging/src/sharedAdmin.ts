import type { Admin, Kafka, RetryOptions } from "kafkajs";
import { connected } from "./connected.ts";

/** One admin client, which is connected when it is first used, and anew after a use that failed. */
export type SharedAdmin = {
  readonly use: <T>(work: (admin: Admin) => Promise<T>) => Promise<T>;
  /** Disconnects when the uses have ended. */
  readonly close: () => Promise<void>;
};

export const createSharedAdmin = (kafka: Kafka, retry: RetryOptions): SharedAdmin => {
  let opened: Promise<Admin> | undefined;
  const uses = new Set<Promise<unknown>>();

  /** A call that is under way when its client is disconnected connects again, and nobody would close that connection. */
  const disconnect = async (admin: Promise<Admin> | undefined): Promise<void> => {
    await Promise.allSettled(uses);
    await (await admin?.catch(() => undefined))?.disconnect();
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
