import { useMemo } from "preact/hooks";
import type { CartEvent, Session } from "../api/types.ts";
import { Link, navigate, pathOf, type Place } from "../app/router.tsx";
import { formatNumber, formatTime } from "../format/format.ts";
import { VirtualList } from "../parts/VirtualList.tsx";
import { Failure, Loading } from "../parts/states.tsx";
import { CartView } from "./CartView.tsx";
import { EventDetails } from "./EventDetails.tsx";
import { nameEvent, otherCartOf, sayEvent } from "./sayEvent.ts";
import { useCartAt } from "./useCartAt.ts";
import { type CartStream, useStream } from "./useStream.ts";

type PageProps = { readonly id: string; readonly place: Place; readonly session: Session };

/** What the address says: the version that is shown, the one that it is compared with, and the event that is open. 0 if it says nothing. */
type Chosen = { readonly version: number; readonly compare: number; readonly event: number };

const numberIn = ({ query }: Place, name: string): number => {
  const value = Number(query.get(name) ?? 0);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
};

/** One cart: what it holds, what happened to it, and how it was at each version. */
export const CartPage = ({ id, place, session }: PageProps) => {
  const stream = useStream(id);
  const newest = stream.events.length;
  const chosen: Chosen = { version: numberIn(place, "version"), compare: numberIn(place, "compare"), event: numberIn(place, "event") };
  const isFollowing = chosen.version === 0;
  const version = isFollowing ? newest : Math.min(chosen.version, Math.max(newest, 1));
  const compared = chosen.compare === 0 ? version - 1 : Math.min(chosen.compare, newest);
  const at = useCartAt(id, stream.isWhole || !isFollowing ? version : 0, compared);
  const details = chosen.event === 0 ? undefined : stream.events[chosen.event - 1];

  const go = (change: Partial<Chosen>): void => {
    const set = Object.entries({ ...chosen, ...change }).filter(([, value]) => value > 0);
    const query = new URLSearchParams(set.map(([name, value]) => [name, String(value)]));
    navigate(`${pathOf("carts", id)}${set.length === 0 ? "" : `?${query.toString()}`}`, { replace: true });
  };
  const mergedFrom = useMemo(
    () => stream.events.slice(0, version).flatMap((event) => (event.type === "CartMergedFrom" ? [otherCartOf(event) ?? ""] : [])),
    [stream.events, version],
  );

  if (newest === 0)
    return (
      <>
        <div class="page-head">
          <Title id={id} />
        </div>
        {stream.error === undefined ? <Loading what="the cart" /> : <Failure error={stream.error} retry={stream.reload} />}
      </>
    );
  return (
    <>
      <Head id={id} stream={stream} owner={at.cart} />
      <Versions version={version} newest={newest} isFollowing={isFollowing} compare={chosen.compare} stream={stream} go={go} />
      <div class="columns cart-columns">
        {at.error !== undefined ? (
          <Failure error={at.error} retry={at.reload} />
        ) : at.cart === undefined ? (
          <Loading what="the cart at this version" />
        ) : (
          <CartView cart={at.cart} before={at.before} mergedFrom={mergedFrom} />
        )}
        <Stream events={stream.events} version={version} currency={at.cart?.currency ?? "USD"} go={go} isWhole={stream.isWhole} />
      </div>
      {details === undefined ? null : (
        <EventDetails key={details.version} event={details} traceUrl={session.trace_url} close={() => go({ event: 0 })} />
      )}
    </>
  );
};

const Title = ({ id }: { readonly id: string }) => (
  <h1>
    Cart <span class="code">{id}</span>
  </h1>
);

type HeadProps = { readonly id: string; readonly stream: CartStream; readonly owner: { user_id: string; tenant_id: string } | undefined };

const Head = ({ id, stream, owner }: HeadProps) => (
  <>
    <div class="page-head">
      <Title id={id} />
      <span class={stream.isLive ? "live" : "stale"} role="status">
        {stream.isLive ? "Follows live" : stream.hasEnded ? "Does not follow any more" : "Not connected; trying again"}
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
  </>
);

type Go = (change: Partial<Chosen>) => void;

type VersionsProps = {
  readonly version: number;
  readonly newest: number;
  readonly isFollowing: boolean;
  /** The version that is compared with; 0 for the one before. */
  readonly compare: number;
  readonly stream: CartStream;
  readonly go: Go;
};

/** Goes back in time. At the right end it follows the cart. */
const Versions = ({ version, newest, isFollowing, compare, stream, go }: VersionsProps) => {
  const event = stream.events[version - 1];
  const to = (wanted: number): void => go({ version: wanted >= newest ? 0 : Math.max(1, wanted) });
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
      <label class="compare">
        Compared with version
        <input
          type="number"
          min={1}
          max={newest}
          value={compare === 0 ? "" : compare}
          placeholder={version > 1 ? String(version - 1) : "–"}
          onChange={(input) => go({ compare: Math.max(0, Math.min(newest, Math.trunc(Number(input.currentTarget.value)))) })}
        />
      </label>
      <button type="button" class={isFollowing ? "quiet" : "primary"} onClick={() => go({ version: 0 })} disabled={isFollowing}>
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
  readonly go: Go;
};

const Stream = ({ events, version, currency, isWhole, go }: StreamProps) => {
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
                onClick={() => go({ version: event.version === events.length ? 0 : event.version })}
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
              <button
                type="button"
                class="quiet"
                onClick={() => go({ event: event.version })}
                aria-label={`Details of version ${event.version}`}
              >
                Details
              </button>
            </div>
          );
        }}
      />
    </section>
  );
};
