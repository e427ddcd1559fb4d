import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { request } from "../api/client.ts";
import type { DeadLetter, Session } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { Link, navigate, pathOf } from "../app/router.tsx";
import { formatNumber, formatTime } from "../format/format.ts";
import { Failure, Loading } from "../parts/states.tsx";
import { askToDiscard, askToRetry } from "./deadLetterActions.tsx";
import { explainReason } from "./reasons.ts";
import type { Ask } from "./RepairPage.tsx";

type PageProps = { readonly id: string; readonly session: Session; readonly ask: Ask };

/** One stuck message: why it is stuck, what it says, and what can be done. */
export const MessagePage = ({ id, session, ask }: PageProps) => {
  const { data, error, reload } = useQuery<DeadLetter>(`/api/dead-letters/${encodeURIComponent(id)}`);
  return (
    <>
      <Link to="/repair/messages" class="back">
        ← All stuck messages
      </Link>
      {data === undefined ? (
        error === undefined ? (
          <Loading what="the message" />
        ) : (
          <Failure error={error} retry={reload} />
        )
      ) : (
        <>
          <Summary letter={data}>{session.can_repair ? <Actions letter={data} session={session} ask={ask} /> : null}</Summary>
          <Message letter={data} />
        </>
      )}
    </>
  );
};

const Summary = ({ letter, children }: { readonly letter: DeadLetter; readonly children: ComponentChildren }) => {
  const { title, text } = explainReason(letter.reason_code);
  const { aggregate_id: aggregateId, aggregate_type: type, aggregate_version: shown } = letter;
  const cart = aggregateId !== null && type === "Cart" ? <Link to={pathOf("carts", aggregateId)}>{aggregateId}</Link> : aggregateId;
  const fields: readonly (readonly [string, ComponentChildren])[] = [
    ["The program says", <bdi>{letter.reason}</bdi>],
    [type, <span class="code">{cart ?? "not known"}</span>],
    ["Version", `${letter.version ?? "not known"}; shoppers see ${shown === null ? "nothing yet" : `version ${shown}`}`],
    ["Behind it wait", `${formatNumber(letter.waiting)} ${letter.waiting === 1 ? "message" : "messages"}`],
    ["Stuck since", formatTime(letter.created_at)],
    ["In Kafka", <span class="code">{`${letter.topic}, partition ${letter.partition}, offset ${letter.offset}`}</span>],
  ];
  return (
    <section class="card">
      <header class="row">
        <h2>{title}</h2>
        <span class="faint">Message no. {letter.id}</span>
      </header>
      <p>{text}</p>
      <dl class="fields">
        {fields.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {children}
    </section>
  );
};

const Actions = ({ letter, session, ask }: { readonly letter: DeadLetter; readonly session: Session; readonly ask: Ask }) => {
  const { id, aggregate_id: aggregateId, aggregate_type: type } = letter;
  const leave = (): void => navigate("/repair/messages");
  const rebuild = {
    title: "Rebuild this cart or policy?",
    text: <p>It is made again from the event store, which has every change. Its stuck messages are cleared.</p>,
    action: "Rebuild",
    run: async (): Promise<string> => {
      await request("/api/jobs", { method: "POST", body: { kind: "rebuild-one", aggregate_type: type, aggregate_id: aggregateId } });
      return "The rebuild has started. Check and rebuild shows how it goes.";
    },
  };
  return (
    <div class="actions">
      <button
        type="button"
        class="primary"
        onClick={() => ask(askToRetry({ id }, aggregateId === null ? "this message" : "this message and those behind it"), leave)}
      >
        Retry
      </button>
      {aggregateId !== null && session.can_rebuild ? (
        <button type="button" onClick={() => ask(rebuild, () => navigate("/repair/checks"))}>
          Rebuild from the event store
        </button>
      ) : null}
      <button type="button" class="danger-quiet" onClick={() => ask(askToDiscard({ id }, "this message"), leave)}>
        Discard this message
      </button>
      {aggregateId === null ? null : (
        <button
          type="button"
          class="danger-quiet"
          onClick={() => ask(askToDiscard({ aggregate_id: aggregateId }, "all messages of this cart or policy"), leave)}
        >
          Discard all of it
        </button>
      )}
    </div>
  );
};

type Bytes = DeadLetter["value"];

const rawOf = (bytes: Bytes): string => (bytes === null ? "" : "text" in bytes ? bytes.text : bytes.base64);

const decodedOf = (bytes: Bytes): string | undefined => {
  if (bytes === null || !("text" in bytes)) return undefined;
  try {
    return JSON.stringify(JSON.parse(bytes.text), null, 2);
  } catch {
    return undefined;
  }
};

const Message = ({ letter }: { readonly letter: DeadLetter }) => {
  const decoded = decodedOf(letter.value);
  const [isRaw, setRaw] = useState(false);
  const raw = isRaw || decoded === undefined;
  return (
    <section class="card">
      <header class="row">
        <h2>The message</h2>
        <button type="button" class="quiet" aria-pressed={raw} disabled={decoded === undefined} onClick={() => setRaw(!isRaw)}>
          Raw
        </button>
      </header>
      {letter.value === null ? <p>It has no content.</p> : null}
      {decoded === undefined && letter.value !== null ? (
        <p class="faint">
          {"text" in letter.value
            ? "The content is no JSON, so it is shown as it is."
            : "The content is no text, so it is shown in base64."}
        </p>
      ) : null}
      {letter.value === null ? null : <pre tabIndex={0}>{raw ? rawOf(letter.value) : decoded}</pre>}
      <h3>Key and headers</h3>
      <div class="scroll" tabIndex={0}>
        <table>
          <tbody>
            <tr>
              <th scope="row">key</th>
              <td class="code">
                <bdi>{rawOf(letter.key) || "none"}</bdi>
              </td>
            </tr>
            {letter.headers.map((header, index) => (
              <tr key={index}>
                <th scope="row">
                  <bdi>{header.name}</bdi>
                </th>
                <td class="code">
                  <bdi>{"text" in header ? header.text : `base64 ${header.base64}`}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
};
