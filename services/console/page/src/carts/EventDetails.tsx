import type { CartEvent } from "../api/types.ts";
import { Link, pathOf } from "../app/router.tsx";
import { formatTime } from "../format/format.ts";
import { useModal } from "../parts/useModal.ts";
import { nameEvent, otherCartOf } from "./sayEvent.ts";

/** Fills the ids of an event into the address of a trace; `undefined` if the event lacks an id that the address needs. */
const traceAddress = (template: string | null, event: CartEvent): string | undefined => {
  if (template === null || (template.includes("{trace_id}") && event.trace_id === undefined)) return undefined;
  return template
    .replaceAll("{trace_id}", encodeURIComponent(event.trace_id ?? ""))
    .replaceAll("{correlation_id}", encodeURIComponent(event.correlation_id));
};

type DetailsProps = { readonly event: CartEvent; readonly traceUrl: string | null; readonly close: () => void };

/** An event with everything that is stored of it, and as it is stored. */
export const EventDetails = ({ event, traceUrl, close }: DetailsProps) => {
  const dialog = useModal();
  const other = otherCartOf(event);
  const trace = traceAddress(traceUrl, event);
  return (
    <dialog ref={dialog} aria-labelledby="event-title" onClose={close} class="wide-dialog">
      <h2 id="event-title">
        {nameEvent(event)} <span class="faint">version {event.version}</span>
      </h2>
      <dl class="fields">
        <div>
          <dt>When</dt>
          <dd>{formatTime(event.occurred_at)}</dd>
        </div>
        <div>
          <dt>Who</dt>
          <dd>
            <bdi>{event.actor ?? "not recorded"}</bdi>
          </dd>
        </div>
        <div>
          <dt>Correlation id</dt>
          <dd class="code">{event.correlation_id}</dd>
        </div>
        <div>
          <dt>Event id</dt>
          <dd class="code">{event.event_id}</dd>
        </div>
        {event.trace_id === undefined && trace === undefined ? null : (
          <div>
            <dt>Trace</dt>
            <dd class="code">
              {trace === undefined ? (
                event.trace_id
              ) : (
                <a href={trace} target="_blank" rel="noreferrer">
                  {event.trace_id ?? "Show it"}
                </a>
              )}
            </dd>
          </div>
        )}
        {other === undefined ? null : (
          <div>
            <dt>Other cart</dt>
            <dd class="code">
              <Link to={pathOf("carts", other)}>{other}</Link>
            </dd>
          </div>
        )}
      </dl>
      <h3>Raw event</h3>
      <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
      <form method="dialog" class="actions">
        <button class="primary">Close</button>
      </form>
    </dialog>
  );
};
