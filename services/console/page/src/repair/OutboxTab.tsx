import { request } from "../api/client.ts";
import type { OutboxRows, Session } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { Link, pathOf } from "../app/router.tsx";
import { formatNumber, formatTime, toWords } from "../format/format.ts";
import type { Question } from "../parts/Confirm.tsx";
import { Empty, Failure, Loading } from "../parts/states.tsx";
import type { Ask } from "./RepairPage.tsx";

const everyMs = 5_000;

const askToSend = (aggregateId: string | undefined, what: string): Question => ({
  title: `Send ${what} again?`,
  text: <p>The relay tries again, in order. Repair the cause first, or the events are given up again.</p>,
  action: "Send again",
  run: async () => {
    const body = aggregateId === undefined ? {} : { aggregate_id: aggregateId };
    const { retried } = (await request("/api/outbox-rows/retry", { method: "POST", body })) as { retried: number };
    return `${formatNumber(retried)} ${retried === 1 ? "event is" : "events are"} sent again.`;
  },
});

/** Events that Kafka refused until the relay gave them up. */
export const OutboxTab = ({ session, ask }: { readonly session: Session; readonly ask: Ask }) => {
  const { data, error, reload } = useQuery<OutboxRows>("/api/outbox-rows", everyMs);
  if (data === undefined) return error === undefined ? <Loading what="unsent events" /> : <Failure error={error} retry={reload} />;
  if (data.rows.length === 0)
    return (
      <div class="card">
        <Empty title="No event was given up">Every change is sent, or is about to be.</Empty>
      </div>
    );
  return (
    <section class="card" aria-label="Events that were given up">
      <header class="row">
        <h2>Events that were given up</h2>
        {session.can_repair ? (
          <button type="button" class="primary" onClick={() => ask(askToSend(undefined, `all ${formatNumber(data.rows.length)}`), reload)}>
            Send all again
          </button>
        ) : null}
      </header>
      <p>Kafka refused these events. Nothing is lost, but the later changes of their carts wait behind them.</p>
      <div class="scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Event</th>
              <th scope="col">Cart or policy</th>
              <th scope="col">Happened</th>
              <th scope="col">Error</th>
              <th scope="col" class="number">
                Wait behind it
              </th>
              <th scope="col">
                <span class="visually-hidden">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row) => (
              <tr key={row.id}>
                <td>
                  {toWords(row.event_type)} <span class="faint">version {row.version}</span>
                </td>
                <td class="code">
                  {row.aggregate_type === "Cart" ? (
                    <Link to={pathOf("carts", row.aggregate_id)}>{row.aggregate_id}</Link>
                  ) : (
                    row.aggregate_id
                  )}
                </td>
                <td>{formatTime(row.occurred_at)}</td>
                <td>
                  <bdi>{row.error}</bdi> <span class="faint">after {formatNumber(row.attempts)} attempts</span>
                </td>
                <td class="number">{formatNumber(row.waiting)}</td>
                <td>
                  {session.can_repair ? (
                    <button type="button" onClick={() => ask(askToSend(row.aggregate_id, "the events of this cart or policy"), reload)}>
                      Send again
                    </button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
};
