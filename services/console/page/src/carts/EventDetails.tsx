import { useEffect, useRef } from "preact/hooks";
import type { CartEvent } from "../api/types.ts";
import { Link, pathOf } from "../app/router.tsx";
import { formatTime } from "../format/format.ts";
import { nameEvent } from "./sayEvent.ts";

const cartId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An event with everything that is stored of it, and as it is stored. */
export const EventDetails = ({ event, close }: { readonly event: CartEvent; readonly close: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const carts = Object.entries(event.data).flatMap(([name, value]) =>
    name.endsWith("cart_id") && typeof value === "string" && cartId.test(value) ? [value] : [],
  );
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
        {carts.map((id) => (
          <div key={id}>
            <dt>Other cart</dt>
            <dd class="code">
              <Link to={pathOf("carts", id)}>{id}</Link>
            </dd>
          </div>
        ))}
      </dl>
      <h3>Raw event</h3>
      <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
      <form method="dialog" class="actions">
        <button class="primary">Close</button>
      </form>
    </dialog>
  );
};
