import type { Overview, Part, Point, Problem } from "./overviewSchema.ts";

type Seen = { readonly now: Point; readonly instances: Overview["instances"]; readonly mysql: boolean; readonly kafka: boolean };

/** Rules with the limits of infra/prometheus/alerts.yml, without the time for which an alert waits before it wakes somebody. */
const rules: readonly { readonly is: (seen: Seen) => boolean; readonly problem: Problem }[] = [
  {
    is: ({ mysql }) => !mysql,
    problem: {
      part: "mysql",
      title: "MySQL does not answer",
      meaning: "Carts can be neither read nor changed. What was acknowledged before is stored.",
      remedy: "See whether MySQL runs and has disk space. The services go on by themselves when it answers.",
    },
  },
  {
    is: ({ kafka }) => !kafka,
    problem: {
      part: "kafka",
      title: "Kafka does not answer",
      meaning: "Carts can be changed, but the changes are not visible yet. They wait in the outbox, and nothing is lost.",
      remedy: "See whether the brokers run. The relay publishes what waits when they answer.",
    },
  },
  {
    is: ({ now }) => (now.outbox_oldest_seconds ?? 0) > 30,
    problem: {
      part: "outbox",
      title: "Events are not published",
      meaning: "The oldest change has waited for more than 30 s to be sent to Kafka. Shoppers see old carts; nothing is lost.",
      remedy: "See whether outbox-relay and Kafka run. What waits is sent when they are back.",
    },
  },
  {
    is: ({ now }) => (now.outbox_given_up ?? 0) > 0,
    problem: {
      part: "outbox",
      title: "Events were given up",
      meaning: "Kafka refuses an event, and the later changes of its cart wait behind it. Other carts are not affected.",
      remedy: "Open Repair, Unsent events: read the error, have its cause repaired, then retry.",
    },
  },
  {
    is: ({ now }) => (now.parked ?? 0) > 0,
    problem: {
      part: "read-model",
      title: "Carts stand still",
      meaning: "A change of these carts cannot be shown, so their later changes wait. Shoppers see the carts as they were before.",
      remedy: "Open Repair, Stuck messages: see the reason, then retry. If events are missing, rebuild the cart.",
    },
  },
  {
    is: ({ now }) => (now.lag ?? 0) > 10_000,
    problem: {
      part: "projector",
      title: "The read model is far behind",
      meaning: "More than 10,000 changes are not visible yet. They appear as the projectors catch up.",
      remedy: "Start more projectors, up to the number of partitions, or give MySQL a faster disk.",
    },
  },
  {
    is: ({ now }) => (now.messages_lost ?? 0) > 0,
    problem: {
      part: "projector",
      title: "Messages were deleted before they were read",
      meaning: "Kafka deleted changes that the projector had not read yet. Shoppers see the carts without them; the event store has them.",
      remedy:
        "Open Repair, Check and rebuild: a check finds the carts, and a rebuild repairs them. Then keep messages in Kafka for longer.",
    },
  },
  {
    is: ({ now }) => (now.commands_failed ?? 0) > 0,
    problem: {
      part: "command-api",
      title: "Commands fail with a defect",
      meaning: "In the last five minutes, changes were answered with an error that is not the sender's fault. They were not stored.",
      remedy: "Look into the log of command-api: it has the error under the correlation id of the answer.",
    },
  },
  {
    is: ({ now }) => (now.timers_oldest_due_seconds ?? 0) > 60,
    problem: {
      part: "cart-abandonment",
      title: "Reminders are late",
      meaning: "A timer has been due for more than a minute. Carts are marked as abandoned, and reminders are sent, later than agreed.",
      remedy: "See whether cart-abandonment runs. Nothing is lost: due timers are handled late.",
    },
  },
  {
    is: ({ now }) => (now.timers_given_up ?? 0) > 0,
    problem: {
      part: "cart-abandonment",
      title: "Timers were given up",
      meaning:
        "The event store does not have the carts of some timers, as after a restore from a backup. These carts are not marked as abandoned.",
      remedy: "The column given_up_at of the table timers names them. A new change of such a cart sets its timer again.",
    },
  },
];

const purposes: Readonly<Record<string, { readonly part: Part; readonly meaning: string }>> = {
  "command-api": { part: "command-api", meaning: "Carts cannot be changed through this process." },
  "query-api": { part: "query-api", meaning: "Carts cannot be read through this process." },
  "outbox-relay": { part: "outbox-relay", meaning: "If no other relay runs, changes wait in the outbox. Nothing is lost." },
  projector: { part: "projector", meaning: "If no other projector runs, changes are not visible yet. Nothing is lost." },
  "cart-abandonment": {
    part: "cart-abandonment",
    meaning: "If no other process runs, carts are marked as abandoned late. Nothing is lost.",
  },
};

/** Says what is wrong, what it means and what to do, the most urgent first. */
export const problemsOf = (seen: Seen): Problem[] => [
  ...rules.filter(({ is }) => is(seen)).map(({ problem }) => problem),
  ...seen.instances.flatMap(({ service, address, status, reason }): Problem[] => {
    const purpose = purposes[service];
    if (status === "ready" || purpose === undefined) return [];
    return [
      {
        part: purpose.part,
        title: `${service} at ${address} ${status === "down" ? "does not answer" : "is not ready"}`,
        meaning: purpose.meaning,
        remedy: status === "down" ? "Start it, or see its log for why it ended." : `It says: ${reason ?? "nothing"}.`,
      },
    ];
  }),
];
