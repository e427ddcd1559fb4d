import type { Access } from "@cart/http-kit";
import { HttpProblem, rateLimited } from "@cart/process-kit";
import { LRUCache } from "lru-cache";

export type KeyBudgetOptions = {
  /** Answers of one user that this process stores within `periodMs`. */
  readonly keysPerUser: number;
  /** How long a stored answer is kept at least. Milliseconds. */
  readonly periodMs: number;
};

export type KeyBudget = {
  /** Reserves the place of an answer. Throws the 429 of a user who has stored too many. Call the returned function if nothing was stored. */
  readonly take: (access: Access) => () => void;
};

/** Bounds the memory of the counts. The user who was counted longest ago is forgotten first. */
const maxUsers = 100_000;

/** Bounds how many answers to an Idempotency-Key a user has in the database: each one stays for a day, whether or not it is asked for again. */
export const createKeyBudget = ({ keysPerUser, periodMs }: KeyBudgetOptions): KeyBudget => {
  const counts = new LRUCache<string, { stored: number }>({ max: maxUsers, ttl: periodMs });

  const countOf = (user: string): { stored: number } => {
    const found = counts.get(user) ?? { stored: 0 };
    // The period begins with the user's first key.
    if (found.stored === 0) counts.set(user, found);
    return found;
  };

  return {
    take: (access) => {
      if (access === "unchecked") return () => undefined;
      const count = countOf(JSON.stringify([access.tenantId, access.userId]));
      if (count.stored >= keysPerUser) {
        throw new HttpProblem({
          ...rateLimited,
          detail: `a user may use ${keysPerUser} idempotency keys within ${Math.ceil(periodMs / 60_000)} minutes`,
          headers: { "Retry-After": "60" },
        });
      }
      count.stored += 1;
      return () => void (count.stored -= 1);
    },
  };
};
