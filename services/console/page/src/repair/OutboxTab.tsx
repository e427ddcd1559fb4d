import type { OutboxRetried, OutboxRows, Session } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { Link, pathOf, type Place } from "../app/router.tsx";
import { formatNumber, formatTime, toWords } from "../format/format.ts";
import type { Question } from "../parts/Confirm.tsx";
import { Empty, Failure, Loading } from "../parts/states.tsx";
import type { Ask } from "./RepairPage.tsx";
import { untilDone } from "./untilDone.ts";

const everyMs = 5_000;

const askToSend = (aggregateId: string | undefined, what: string): Question => ({
  title: `Send ${what} again?`,
  text: <p>The relay tries again, in order. Repair the cause first, or the events are given up again.</p>,
  action: "Send again",
  run: async (progress) => {
    let sent = 0;
    await untilDone("/api/outbox-rows/retry", aggregateId === undefined ? {} : { aggregate_id: aggregateId }, (answer) => {
      const part = answer as OutboxRetried;
      sent += part.retried;
      progress(`${formatNumber(sent)} sent again so far`);
      return part;
    });
    return `${formatNumber(sent)} ${sent === 1 ? "event is" : "events are"} sent again.`;
  },
});

/** Events that Kafka refused until the relay gave them up. */
export const OutboxTab = ({ place, session, ask }: { readonly place: Place; readonly session: Session; readonly ask: Ask }) => {
  const after = place.query.get("after_id");
  const query = new URLSearchParams(after === null ? {} : { after_id: after });
  const { data, error, reload } = useQuery<OutboxRows>(`/api/outbox-rows?${query.toString()}`, everyMs);
  if (data === undefined) return error === undefined ? <Loading what="unsent events" /> : <Failure error={error} retry={reload} />;
  if (data.rows.length === 0)
    return (
      <div class="card">
        {after === null ? (
          <Empty title="No event was given up">Every change is sent, or is about to be.</Empty>
        ) : (
          <Empty title="No more events">
            <Link to="/repair/outbox">Go to the first page</Link>
          </Empty>
        )}
      </div>
    );
  return (
    <section class="card" aria-label="Events that were given up">
      <header class="row">
        <h2>Events that were given up</h2>
        {session.can_repair ? (
          <button type="button" class="primary" onClick={() => ask(askToSend(undefined, "all events that were given up"), reload)}>
            Send all again
          </button>
        ) : null}
      </header>
      <p>Kafka refused these events. Nothing is lost, but the later changes of their carts wait behind them.</p>
      <Events rows={data.rows} session={session} askToSendOne={(id) => ask(askToSend(id, "the events of this cart or policy"), reload)} />
      {data.next_after_id === null ? null : (
        <p class="center">
          <Link class="button" to={`/repair/outbox?after_id=${data.next_after_id}`}>
            Next page
          </Link>
        </p>
      )}
    </section>
  );
};

type EventsProps = {
  readonly rows: OutboxRows["rows"];
  readonly session: Session;
  readonly askToSendOne: (aggregateId: string) => void;
};

const Events = ({ rows, session, askToSendOne }: EventsProps) => (
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
        {rows.map((row) => (
          <tr key={row.id}>
            <td>
              {toWords(row.event_type)} <span class="faint">version {row.version}</span>
            </td>
            <td class="code">
              {row.aggregate_type === "Cart" ? <Link to={pathOf("carts", row.aggregate_id)}>{row.aggregate_id}</Link> : row.aggregate_id}
            </td>
            <td>{formatTime(row.occurred_at)}</td>
            <td>
              <bdi>{row.error}</bdi> <span class="faint">after {formatNumber(row.attempts)} attempts</span>
            </td>
            <td class="number">{formatNumber(row.waiting)}</td>
            <td>
              {session.can_repair ? (
                <button type="button" onClick={() => askToSendOne(row.aggregate_id)}>
                  Send again
                </button>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
