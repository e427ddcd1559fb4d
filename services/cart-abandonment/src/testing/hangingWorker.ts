import { cartAggregate } from "@cart/domain";
import { createCommandHandler, openEventStorePool } from "@cart/event-store";
import { createLogger } from "@cart/process-kit";
import { v7 as uuidv7 } from "uuid";
import { openTimerPool } from "../database/openTimerPool.ts";
import { createWorkOff } from "../work/workOffTimers.ts";

/* A worker in its own process that claims the due timers, prints "claimed", and then hangs before it appends anything. */

const [timersUrl = "", eventsUrl = "", time = ""] = process.argv.slice(2);
const eventStore = openEventStorePool({ url: eventsUrl, connectionLimit: 2 });
const now = (): Date => new Date(time);
const handler = createCommandHandler({ pool: eventStore, aggregate: cartAggregate, now, newEventId: () => uuidv7() });

await createWorkOff({
  pool: openTimerPool({ url: timersUrl, connectionLimit: 2 }),
  eventStore,
  carts: cartAggregate,
  handler: {
    ...handler,
    handle: () => {
      process.stdout.write("claimed");
      return new Promise(() => undefined);
    },
  },
  now,
  limit: 100,
  leaseMs: 30_000,
  logger: createLogger({ service: "hanging-worker", level: "silent" }),
})();
