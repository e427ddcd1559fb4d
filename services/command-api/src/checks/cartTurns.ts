import { CommandFailedError } from "@cart/event-store";
import { BulkheadRejectedError, bulkhead, type BulkheadPolicy } from "cockatiel";

/** Commands that wait for their turn on one cart. More of them mean that the shop's service is too slow for this cart. */
const maxWaiting = 100;

export type CartTurns = <Result>(cartId: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Lets the checked commands to one cart run one after the other. A command whose cart changes while the shop is asked is checked again,
 * so without turns a browser that adds several items at once would have all of them checked several times, and the last one given up.
 * Throws `OVERLOADED` if too many commands are waiting. Other processes have turns of their own.
 */
export const cartTurns = (): CartTurns => {
  const turns = new Map<string, BulkheadPolicy>();
  return async (cartId, work) => {
    const turn = turns.get(cartId) ?? bulkhead(1, maxWaiting);
    turns.set(cartId, turn);
    try {
      return await turn.execute(work);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new CommandFailedError("OVERLOADED", "too many commands to this cart are waiting for the shop's check", { cause: error });
    } finally {
      if (turn.executionSlots === 1 && turn.queueSlots === maxWaiting) turns.delete(cartId);
    }
  };
};
