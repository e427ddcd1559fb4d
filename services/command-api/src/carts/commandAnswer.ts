import type { CartEvent } from "@cart/domain";
import type { CommandResult, StreamResult } from "@cart/event-store";

/**
 * The answer to every command that was carried out: what it appended, and the
 * cart's version after it. A merge also names what it did to its target.
 */
export const commandAnswer = ({ other, ...own }: CommandResult<CartEvent>, executedAt: Date) => ({
  ...changeOf(own),
  ...(other === undefined ? {} : { target: changeOf(other) }),
  status: "success",
  executed_at: executedAt.toISOString(),
});

const changeOf = ({ aggregateId, version, events }: StreamResult<CartEvent>) => ({
  aggregate_id: aggregateId,
  version,
  events: events.map((recorded) => ({
    type: recorded.event.type,
    version: recorded.version,
    occurred_at: recorded.occurredAt.toISOString(),
  })),
});
