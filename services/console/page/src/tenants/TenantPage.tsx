import { useState } from "preact/hooks";
import type { Funnel, FunnelCounts, Policy } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { navigate, pathOf, type Place } from "../app/router.tsx";
import { formatDay, formatMinutes, formatNumber, formatShare, formatTime } from "../format/format.ts";
import { Empty, Failure, Loading } from "../parts/states.tsx";
import { QuietDay } from "./QuietDay.tsx";

const ranges = [7, 30, 90] as const;
const millisecondsOfDay = 86_400_000;
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** A shop: when its carts count as abandoned, and how far its carts got. */
export const TenantPage = ({ tenant, place }: { readonly tenant: string; readonly place: Place }) => {
  const days = Number(place.query.get("days") ?? 30);
  const length = ranges.find((range) => range === days) ?? 30;
  return (
    <>
      <div class="page-head">
        <h1>
          Tenant <bdi>{tenant}</bdi>
        </h1>
        <ChooseTenant tenant={tenant} />
      </div>
      <PolicyCard tenant={tenant} />
      <FunnelCards tenant={tenant} length={length} />
    </>
  );
};

const ChooseTenant = ({ tenant }: { readonly tenant: string }) => {
  const [name, setName] = useState(tenant);
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        navigate(pathOf("tenants", name.trim()));
      }}
    >
      <label>
        <span class="visually-hidden">Tenant</span>
        <input value={name} required maxLength={64} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <button type="submit">Show</button>
    </form>
  );
};

const PolicyCard = ({ tenant }: { readonly tenant: string }) => {
  const { data, error, reload } = useQuery<Policy>(`/api/query/tenants/${encodeURIComponent(tenant)}/cart-abandoned-policies`);
  if (data === undefined) {
    if (error === undefined) return <Loading what="the policy" />;
    if (error.status !== 404) return <Failure error={error} retry={reload} />;
    return (
      <section class="card">
        <Empty title="This tenant has no policy">Its carts never count as abandoned, and nobody is reminded.</Empty>
      </section>
    );
  }
  return (
    <section class="card policy" aria-label="Policy">
      <header class="row">
        <h2>
          <bdi>{data.title}</bdi>
        </h2>
        <span class="faint">
          version {data.version}, changed {formatTime(data.updated_at)}
        </span>
      </header>
      <div class="columns">
        <dl class="fields">
          <div>
            <dt>A cart is abandoned</dt>
            <dd>after {formatMinutes(data.abandoned_minutes)} without activity</dd>
          </div>
          <div>
            <dt>Reminders</dt>
            <dd>{data.reminders.length === 0 ? "none" : data.reminders.map((minutes) => `after ${formatMinutes(minutes)}`).join(", ")}</dd>
          </div>
          <div>
            <dt>Quiet time</dt>
            <dd>
              {data.quiet_time_from === null || data.quiet_time_to === null
                ? "none"
                : `${data.quiet_time_from.slice(0, 5)} to ${data.quiet_time_to.slice(0, 5)}, ${data.time_zone}`}
            </dd>
          </div>
        </dl>
        <QuietDay from={data.quiet_time_from} to={data.quiet_time_to} timeZone={data.time_zone} />
      </div>
    </section>
  );
};

const steps: readonly (readonly [keyof FunnelCounts, string])[] = [
  ["created", "Carts created"],
  ["with_items", "Got an item"],
  ["submitted", "Went to checkout"],
  ["purchased", "Were bought"],
];

const FunnelCards = ({ tenant, length }: { readonly tenant: string; readonly length: number }) => {
  const today = Date.parse(dayOf(Date.now()));
  const query = new URLSearchParams({ from: dayOf(today - (length - 1) * millisecondsOfDay), to: dayOf(today) });
  const { data, error, reload } = useQuery<Funnel>(`/api/query/tenants/${encodeURIComponent(tenant)}/cart-funnel?${query.toString()}`);
  const rangeChoice = (
    <div class="segments" role="group" aria-label="Days">
      {ranges.map((range) => (
        <button
          key={range}
          type="button"
          aria-pressed={range === length}
          onClick={() => navigate(`${pathOf("tenants", tenant)}?days=${range}`, { replace: true })}
        >
          {range} days
        </button>
      ))}
    </div>
  );
  if (data === undefined) return error === undefined ? <Loading what="the funnel" /> : <Failure error={error} retry={reload} />;
  const { total } = data;
  return (
    <div class="columns">
      <section class="card" aria-label="Funnel">
        <header class="row">
          <h2>How far carts got</h2>
          {rangeChoice}
        </header>
        {total.created === 0 ? <Empty title="No cart in these days" /> : <FunnelBars total={total} />}
        <dl class="fields">
          <div>
            <dt>Abandoned</dt>
            <dd>
              {formatNumber(total.abandoned)}{" "}
              <span class="faint">{formatShare(total.abandoned, total.with_items)} of those with items</span>
            </dd>
          </div>
          <div>
            <dt>Won back</dt>
            <dd>
              {formatNumber(total.recovered)}{" "}
              {total.abandoned === 0 ? null : <span class="faint">{formatShare(total.recovered, total.abandoned)} of those abandoned</span>}
            </dd>
          </div>
        </dl>
      </section>
      <section class="card" aria-label="By day">
        <header class="row">
          <h2>By day</h2>
          <ul class="legend">
            <li>
              <span class="swatch created" /> Carts created
            </li>
            <li>
              <span class="swatch purchased" /> Were bought
            </li>
          </ul>
        </header>
        <DayBars days={data.days} />
        <details>
          <summary>Show as a table</summary>
          <DayTable days={data.days} />
        </details>
        <p class="faint">Days are in UTC. A cart counts on the day on which it first got that far.</p>
      </section>
    </div>
  );
};

const FunnelBars = ({ total }: { readonly total: FunnelCounts }) => (
  <ol class="funnel">
    {steps.map(([step, name], index) => (
      <li key={step}>
        <span class="funnel-name">{name}</span>
        <span class="funnel-track">
          <span class={`funnel-bar step-${index + 1}`} style={{ width: `${(100 * total[step]) / Math.max(1, total.created)}%` }} />
        </span>
        <span class="funnel-value">
          <b>{formatNumber(total[step])}</b> <span class="faint">{formatShare(total[step], total.created)}</span>
        </span>
      </li>
    ))}
  </ol>
);

const DayBars = ({ days }: { readonly days: Funnel["days"] }) => {
  const most = Math.max(1, ...days.map(({ created }) => created));
  const said = `Carts by day, from ${formatDay(days[0]?.day ?? "")} to ${formatDay(days.at(-1)?.day ?? "")}; the most in a day: ${formatNumber(most)}.`;
  return (
    <div class="days" role="img" aria-label={said}>
      {days.map(({ day, created, purchased, abandoned }) => (
        <div key={day} class="day" title={`${formatDay(day)}: ${created} created, ${purchased} bought, ${abandoned} abandoned`}>
          <span class="bar created" style={{ height: `${(100 * created) / most}%` }}>
            <span class="bar purchased" style={{ height: `${(100 * Math.min(purchased, created)) / Math.max(1, created)}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
};

const DayTable = ({ days }: { readonly days: Funnel["days"] }) => (
  <div class="scroll" tabIndex={0}>
    <table>
      <thead>
        <tr>
          <th scope="col">Day</th>
          {[...steps, ["abandoned", "Abandoned"] as const, ["recovered", "Won back"] as const].map(([step, name]) => (
            <th key={step} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map((day) => (
          <tr key={day.day}>
            <th scope="row">{formatDay(day.day)}</th>
            {[day.created, day.with_items, day.submitted, day.purchased, day.abandoned, day.recovered].map((value, index) => (
              <td key={index} class="number">
                {formatNumber(value)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
