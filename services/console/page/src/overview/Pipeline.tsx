import { Link } from "../app/router.tsx";
import type { Overview } from "../api/types.ts";
import { formatNumber } from "../format/format.ts";

type Part = Overview["problems"][number]["part"];
type Figure = readonly [label: string, value: string];

type Node = {
  readonly part: Part;
  readonly name: string;
  readonly does: string;
  readonly figures: readonly Figure[];
  /** The service whose processes it has. */
  readonly service?: string;
  readonly to?: string;
};

const perSecond = (value: number | null): string => (value === null ? "–" : `${formatNumber(value)}/s`);
const ms = (value: number | null): string => (value === null ? "–" : `${formatNumber(Math.round(value))} ms`);

const nodesOf = ({ now }: Overview): readonly Node[] => [
  {
    part: "command-api",
    name: "command-api",
    does: "takes changes of carts",
    service: "command-api",
    figures: [
      ["Commands", perSecond(now.commands_per_second)],
      ["Events", perSecond(now.events_per_second)],
    ],
  },
  {
    part: "outbox",
    name: "Outbox",
    does: "keeps events until they are sent",
    to: "/repair/outbox",
    figures: [
      ["Waiting", formatNumber(now.outbox_pending)],
      ["Oldest", now.outbox_oldest_seconds === null ? "–" : `${formatNumber(now.outbox_oldest_seconds)} s`],
      ["Given up", formatNumber(now.outbox_given_up)],
    ],
  },
  {
    part: "outbox-relay",
    name: "outbox-relay",
    does: "sends events, in order",
    service: "outbox-relay",
    figures: [["Sent", perSecond(now.published_per_second)]],
  },
  { part: "kafka", name: "Kafka", does: "hands events to every reader", figures: [["Not read yet", formatNumber(now.lag)]] },
  {
    part: "projector",
    name: "projector",
    does: "makes events readable",
    service: "projector",
    figures: [["Applied", perSecond(now.projected_per_second)]],
  },
  {
    part: "read-model",
    name: "Read model",
    does: "has carts as shoppers see them",
    to: "/repair",
    figures: [
      ["Half in", ms(now.visible_p50_ms)],
      ["99 % in", ms(now.visible_p99_ms)],
      ["Standing still", formatNumber(now.parked)],
    ],
  },
  { part: "query-api", name: "query-api", does: "shows carts", service: "query-api", figures: [] },
];

const timersOf = ({ now }: Overview): Node => ({
  part: "cart-abandonment",
  name: "cart-abandonment",
  does: "watches carts that are left alone",
  service: "cart-abandonment",
  figures: [
    ["Timers due", formatNumber(now.timers_due)],
    ["Not read yet", formatNumber(now.timers_lag)],
  ],
});

/** The way of an event, from a shopper's change to what the next shopper sees. */
export const Pipeline = ({ overview }: { readonly overview: Overview }) => (
  <section aria-label="The way of an event" class="card pipeline">
    <ol>
      {nodesOf(overview).map((node) => (
        <li key={node.part}>
          <Part node={node} overview={overview} />
        </li>
      ))}
      <li class="branch">
        <Part node={timersOf(overview)} overview={overview} />
      </li>
    </ol>
  </section>
);

const Part = ({ node, overview }: { readonly node: Node; readonly overview: Overview }) => {
  const { part, name, does, figures, service, to } = node;
  const problem = overview.problems.find(
    (each) => each.part === part || (each.part === "mysql" && (part === "outbox" || part === "read-model")),
  );
  const processes = overview.instances.filter((instance) => instance.service === service);
  const up = processes.filter(({ status }) => status === "ready").length;
  return (
    <div class={problem === undefined ? "part" : "part bad"} title={problem?.title}>
      <h2>
        <span class={`dot ${problem === undefined ? "good" : "bad"}`} aria-hidden="true" />
        {to === undefined ? name : <Link to={to}>{name}</Link>}
        {problem === undefined ? null : <span class="visually-hidden"> (needs a person)</span>}
      </h2>
      <p class="faint">{does}</p>
      <dl>
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {service === undefined ? null : (
          <div>
            <dt>Processes</dt>
            <dd>{up === processes.length ? up : `${up} of ${processes.length}`}</dd>
          </div>
        )}
      </dl>
    </div>
  );
};
