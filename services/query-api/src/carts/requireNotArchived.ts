import { cartAggregateType } from "@cart/domain";
import { readArchived } from "@cart/event-store";
import type { Access } from "@cart/http-kit";
import { HttpProblem } from "@cart/process-kit";
import type { StoredCarts } from "../history/storedCarts.ts";
import { cartProblems } from "./cartProblems.ts";

/**
 * Throws a 410 that says where the cart's events are, if they are in the archive. Whose cart it was is in the object alone, so every
 * token of the cart's tenant gets this answer; to others the cart does not exist.
 */
export const requireNotArchived = async ({ read }: Pick<StoredCarts, "read">, id: string, access: Access): Promise<void> => {
  const [archived] = await readArchived(read, cartAggregateType, [id]);
  if (archived === undefined || (access !== "unchecked" && access.tenantId !== archived.tenantId)) return;
  const { members: _, ...kind } = cartProblems.archived;
  const { objectKey, archivedAt } = archived;
  throw new HttpProblem({ ...kind, members: { object_key: objectKey, archived_at: archivedAt.toISOString() } });
};
