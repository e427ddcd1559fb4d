import { useState } from "preact/hooks";
import type { CartEvent } from "../api/types.ts";
import { Link, navigate, pathOf, type Place } from "../app/router.tsx";
import { formatNumber, formatTime } from "../format/format.ts";
import { VirtualList } from "../parts/VirtualList.tsx";
import { Failure, Loading } from "../parts/states.tsx";
import { CartView } from "./CartView.tsx";
import { EventDetails } from "./EventDetails.tsx";
import { nameEvent, sayEvent } from "./sayEvent.ts";
import { useCartAt } from "./useCartAt.ts";
import { type CartStream, useStream } from "./useStream.ts";

/** One cart: what it holds, what happened to it, and how it was at each version. The version is in the address. */
export const CartPage = ({ id, place }: { readonly id: string; readonly place: Place }) => {
  const stream = useStream(id);
  const newest = stream.events.length;
  const chosen = Number(place.query.get("version") ?? 0);
  const isFollowing = !Number.isInteger(chosen) || chosen < 1;
  const version = isFollowing ? newest : Math.min(chosen, Math.max(newest, 1));
  const at = useCartAt(id, stream.isWhole || !isFollowing ? version : 0);
  const [details, setDetails] = useState<CartEvent | undefined>();

  const go = (to: number | undefined): void =>
    navigate(to === undefined ? pathOf("carts", id) : `${pathOf("carts", id)}?version=${to}`, { replace: true });

  if (newest === 0) {
    if (stream.error === undefined) return <Loading what="the cart" />;
    return <Failure error={stream.error} retry={stream.reload} />;
  }
  const owner = at.cart ?? undefined;
  return (
    <>
      <div class="page-head">
        <h1>
          Cart <span class="code">{id}</span>
        </h1>
        <span class={stream.isLive ? "live" : "stale"} role="status">
          {stream.isLive ? "Follows live" : "Not connected; trying again"}
        </span>
      </div>
      {owner === undefined ? null : (
        <p class="owner">
          <Link to={`/carts?user=${encodeURIComponent(owner.user_id)}&tenant=${encodeURIComponent(owner.tenant_id)}`}>
            <bdi>{owner.user_id}</bdi>
          </Link>{" "}
          <span class="faint">
            of tenant{" "}
            <Link to={pathOf("tenants", owner.tenant_id)}>
              <bdi>{owner.tenant_id}</bdi>
            </Link>
          </span>
        </p>
      )}
      <Versions version={version} newest={newest} isFollowing={isFollowing} stream={stream} go={go} />
      <div class="columns cart-columns">
        {at.cart === undefined ? (
          at.error === undefined ? (
            <Loading what="the cart at this version" />
          ) : (
            <Failure error={at.error} />
          )
        ) : (
          <CartView cart={at.cart} before={at.before} />
        )}
        <Stream
          events={stream.events}
          version={version}
          currency={at.cart?.currency ?? "USD"}
          go={go}
          open={setDetails}
          isWhole={stream.isWhole}
        />
      </div>
      {details === undefined ? null : <EventDetails event={details} close={() => setDetails(undefined)} />}
    </>
  );
};

type VersionsProps = {
  readonly version: number;
  readonly newest: number;
  readonly isFollowing: boolean;
  readonly stream: CartStream;
  readonly go: (version: number | undefined) => void;
};

/** Goes back in time. At the right end it follows the cart. */
const Versions = ({ version, newest, isFollowing, stream, go }: VersionsProps) => {
  const event = stream.events[version - 1];
  const to = (wanted: number): void => go(wanted >= newest ? undefined : Math.max(1, wanted));
  return (
    <section class="card versions" aria-label="Go back in time">
      <button type="button" onClick={() => to(version - 1)} disabled={version <= 1} aria-label="One version back">
        ◀
      </button>
      <input
        type="range"
        min={1}
        max={newest}
        value={version}
        aria-label="Version of the cart"
        aria-valuetext={`Version ${version} of ${newest}, ${event === undefined ? "" : `${nameEvent(event)}, ${formatTime(event.occurred_at)}`}`}
        onInput={(input) => to(Number(input.currentTarget.value))}
      />
      <button type="button" onClick={() => to(version + 1)} disabled={version >= newest} aria-label="One version on">
        ▶
      </button>
      <output>
        <b>
          {formatNumber(version)} of {formatNumber(newest)}
        </b>{" "}
        <span class="faint">{event === undefined ? "" : formatTime(event.occurred_at)}</span>
      </output>
      <button type="button" class={isFollowing ? "quiet" : "primary"} onClick={() => go(undefined)} disabled={isFollowing}>
        {isFollowing ? "At the newest" : "To the newest"}
      </button>
    </section>
  );
};

type StreamProps = {
  readonly events: readonly CartEvent[];
  readonly version: number;
  readonly currency: string;
  readonly isWhole: boolean;
  readonly go: (version: number | undefined) => void;
  readonly open: (event: CartEvent) => void;
};

const Stream = ({ events, version, currency, isWhole, go, open }: StreamProps) => {
  // The newest event is first, as in a mailbox.
  const eventAt = (index: number): CartEvent | undefined => events[events.length - 1 - index];
  return (
    <section class="card stream" aria-label="What happened">
      <header class="row">
        <h2>What happened</h2>
        <span class="faint">
          {formatNumber(events.length)} {events.length === 1 ? "event" : "events"}
          {isWhole ? "" : " so far …"}
        </span>
      </header>
      <VirtualList
        label="Events, newest first"
        count={events.length}
        rowHeight={76}
        selected={events.length - version}
        keyOf={(index) => eventAt(index)?.version ?? index}
        row={(index) => {
          const event = eventAt(index);
          if (event === undefined) return null;
          return (
            <div class={event.version === version ? "event current" : "event"}>
              <button
                type="button"
                class="event-go"
                onClick={() => go(event.version === events.length ? undefined : event.version)}
                aria-current={event.version === version ? "true" : undefined}
                aria-label={`Show the cart at version ${event.version}`}
              >
                {event.version}
              </button>
              <div class="event-text">
                <strong>{nameEvent(event)}</strong>
                <span class="event-what">
                  <bdi>{sayEvent(event, currency)}</bdi>
                </span>
                <span class="faint event-when">
                  <time dateTime={event.occurred_at}>{formatTime(event.occurred_at)}</time>
                  {event.actor === undefined ? null : (
                    <>
                      {" "}
                      by <bdi>{event.actor}</bdi>
                    </>
                  )}
                </span>
              </div>
              <button type="button" class="quiet" onClick={() => open(event)} aria-label={`Details of version ${event.version}`}>
                Details
              </button>
            </div>
          );
        }}
      />
    </section>
  );
};
