import type { DeadLetters, Session } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { Link, navigate, pathOf, type Place } from "../app/router.tsx";
import { formatAgo, formatNumber, formatTime } from "../format/format.ts";
import { Badge, Empty, Failure, Loading } from "../parts/states.tsx";
import { askToDiscard, askToRetry } from "./deadLetterActions.tsx";
import { explainReason } from "./reasons.ts";
import type { Ask } from "./RepairPage.tsx";

const everyMs = 5_000;

type TabProps = { readonly place: Place; readonly session: Session; readonly ask: Ask };

/** Messages that could not be shown to shoppers, by reason. */
export const MessagesTab = ({ place, session, ask }: TabProps) => {
  const reason = place.query.get("reason");
  const after = place.query.get("after_id");
  const query = new URLSearchParams({ ...(reason === null ? {} : { reason }), ...(after === null ? {} : { after_id: after }) });
  const { data, error, reload } = useQuery<DeadLetters>(`/api/dead-letters?${query.toString()}`, everyMs);
  if (data === undefined) return error === undefined ? <Loading what="stuck messages" /> : <Failure error={error} retry={reload} />;
  if (data.reasons.length === 0)
    return (
      <div class="card">
        <Empty title="Nothing is stuck">Every change of every cart that you may see has arrived.</Empty>
      </div>
    );
  return (
    <>
      <section class="reasons" aria-label="Reasons">
        {data.reasons.map(({ reason_code: code, dead_letters: letters }) => (
          <Reason key={code} {...{ code, letters, session, ask, reload }} isChosen={code === reason} />
        ))}
      </section>
      <section class="card" aria-label="Messages">
        <header class="row">
          <h2>{reason === null ? "All stuck messages" : explainReason(reason).title}</h2>
          {reason === null ? null : (
            <Link to="/repair/messages" class="button quiet">
              Show all reasons
            </Link>
          )}
        </header>
        {data.dead_letters.length === 0 ? (
          <Empty title="No more messages">
            <Link to={reason === null ? "/repair/messages" : `/repair/messages?reason=${encodeURIComponent(reason)}`}>
              Go to the first page
            </Link>
          </Empty>
        ) : (
          <Messages letters={data.dead_letters} />
        )}
        {data.next_after_id === null ? null : (
          <p class="center">
            <Link
              class="button"
              to={`/repair/messages?${new URLSearchParams({ ...(reason === null ? {} : { reason }), after_id: String(data.next_after_id) }).toString()}`}
            >
              Next page
            </Link>
          </p>
        )}
      </section>
    </>
  );
};

type ReasonProps = {
  readonly code: string;
  readonly letters: number;
  readonly isChosen: boolean;
  readonly session: Session;
  readonly ask: Ask;
  readonly reload: () => void;
};

const Reason = ({ code, letters, isChosen, session, ask, reload }: ReasonProps) => {
  const { title, text } = explainReason(code);
  const what = `all ${formatNumber(letters)} with “${title}”`;
  return (
    <article class={isChosen ? "card reason chosen" : "card reason"}>
      <h2>
        <Link to={`/repair/messages?reason=${encodeURIComponent(code)}`}>{title}</Link> <Badge tone="bad">{formatNumber(letters)}</Badge>
      </h2>
      <p>{text}</p>
      {session.can_repair ? (
        <div class="actions">
          <button type="button" class="primary" onClick={() => ask(askToRetry({ reason: code }, what), reload)}>
            Retry all
          </button>
          {code === "PARKED" ? null : (
            <button type="button" class="danger-quiet" onClick={() => ask(askToDiscard({ reason: code }, what), reload)}>
              Discard all
            </button>
          )}
        </div>
      ) : null}
    </article>
  );
};

const Messages = ({ letters }: { readonly letters: DeadLetters["dead_letters"] }) => (
  <div class="scroll" tabIndex={0}>
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Message</th>
          <th scope="col">Cart or policy</th>
          <th scope="col" class="number">
            Version
          </th>
          <th scope="col">Reason</th>
          <th scope="col" class="number">
            Wait behind it
          </th>
          <th scope="col">Stuck</th>
        </tr>
      </thead>
      <tbody>
        {letters.map((letter) => (
          <tr key={letter.id} onClick={() => navigate(pathOf("repair", "messages", String(letter.id)))}>
            <td>
              <Link to={pathOf("repair", "messages", String(letter.id))}>No. {letter.id}</Link>
            </td>
            <td class="code">{letter.aggregate_id ?? "not known"}</td>
            <td class="number">{letter.version ?? "–"}</td>
            <td>{explainReason(letter.reason_code).title}</td>
            <td class="number">{formatNumber(letter.waiting)}</td>
            <td>
              <time dateTime={letter.created_at} title={formatTime(letter.created_at)}>
                {formatAgo(letter.created_at)}
              </time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
