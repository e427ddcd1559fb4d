import type { CartEvent } from "@cart/domain";
import type { Statement } from "@cart/mysql";
import type { Ended } from "../projection/projection.ts";
import { rowGroups } from "../projection/rowGroups.ts";

/**
 * Keeps the days on which archived carts first came to their milestones, so that the funnel goes on counting them. A cart that comes
 * back from the archive has rows in both tables, and the funnel counts it once.
 */
export const keepMilestones = (ended: readonly Ended<CartEvent>[]): readonly Statement[] =>
  rowGroups(
    ended.flatMap(({ id, event }) =>
      event.type === "CartArchived"
        ? event.data.milestones.map(({ milestone, day }) => [id, milestone, event.data.tenant_id, new Date(`${day}T00:00:00Z`)])
        : [],
    ),
  ).map((rows) => ({
    sql: "INSERT INTO archived_milestones (cart_id, milestone, tenant_id, day) VALUES ? ON DUPLICATE KEY UPDATE day = VALUES(day)",
    values: [rows],
  }));
