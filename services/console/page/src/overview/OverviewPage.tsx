import { useState } from "preact/hooks";
import type { ChartPoint, Charts as ChartsAnswer, Overview, Session } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { navigate, type Place } from "../app/router.tsx";
import { formatClock, formatNumber } from "../format/format.ts";
import { Chart } from "../parts/Chart.tsx";
import { Badge, Empty, Failure, Loading } from "../parts/states.tsx";
import { Pipeline } from "./Pipeline.tsx";

const everyMs = 5_000;

/** The system at a glance: what needs a person, the way of an event with its figures, and the last hour. */
export const OverviewPage = ({ place, session }: { readonly place: Place; readonly session: Session }) => {
  const { data, error, reload } = useQuery<Overview>("/api/overview", everyMs);
  if (data === undefined)
    return (
      <>
        <div class="page-head">
          <h1>Overview</h1>
        </div>
        {error === undefined ? <Loading what="the overview" /> : <Failure error={error} retry={reload} />}
      </>
    );
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        <span class={error === undefined ? "live" : "stale"} role="status">
          {error === undefined ? "Live" : "Not updated since"} <time dateTime={data.now.at}>{formatClock(data.now.at)}</time>
        </span>
      </div>
      <Problems problems={data.problems} />
      <Pipeline overview={data} />
      <Charts history={data.history} hours={hoursOf(place, session)} />
      <Processes overview={data} />
    </>
  );
};

const Problems = ({ problems }: { readonly problems: Overview["problems"] }) =>
  problems.length === 0 ? (
    <div class="all-well" role="status">
      <span class="dot good" aria-hidden="true" /> Everything works. Nothing needs you.
    </div>
  ) : (
    <section aria-label="What needs a person" class="problems">
      {problems.map(({ part, title, meaning, remedy }) => (
        <article key={`${part} ${title}`} class="problem">
          <h2>{title}</h2>
          <p>{meaning}</p>
          <p>
            <b>What to do:</b> {remedy}
          </p>
        </article>
      ))}
    </section>
  );

const spans = [
  [1, "1 hour", "the last hour"],
  [6, "6 hours", "the last 6 hours"],
  [24, "24 hours", "the last 24 hours"],
  [168, "7 days", "the last 7 days"],
] as const;

/** How far back the charts go; `undefined` without a Prometheus, when they show the hour that the console remembers. */
const hoursOf = ({ query }: Place, session: Session): number | undefined =>
  session.has_prometheus ? (spans.find(([hours]) => hours === Number(query.get("hours")))?.[0] ?? 1) : undefined;

type ChartsProps = { readonly history: readonly ChartPoint[]; readonly hours: number | undefined };

/** Prometheus has more points than the screen has pixels, so a minute between two questions is often enough. */
const chartsEveryMs = 60_000;

const Charts = ({ history, hours }: ChartsProps) => {
  const { data, error } = useQuery<ChartsAnswer>(hours === undefined ? undefined : `/api/charts?hours=${hours}`, chartsEveryMs);
  const [, , span] = spans.find(([each]) => each === hours) ?? spans[0];
  return (
    <section aria-label="Charts" class="chart-section">
      {hours === undefined ? null : (
        <header class="row">
          <h2>History</h2>
          <div class="segments" role="group" aria-label="How far back">
            {spans.map(([each, name]) => (
              <button key={each} type="button" aria-pressed={each === hours} onClick={() => navigate(`/?hours=${each}`, { replace: true })}>
                {name}
              </button>
            ))}
          </div>
        </header>
      )}
      {error === undefined ? null : (
        <p class="note" role="status">
          {error.message}. The charts show the last hour, as this console remembers it.
        </p>
      )}
      <ChartGrid points={data?.points ?? history} span={data === undefined ? spans[0][2] : span} />
    </section>
  );
};

type Figure = Exclude<keyof ChartPoint, "at">;

const ChartGrid = ({ points, span }: { readonly points: readonly ChartPoint[]; readonly span: string }) => {
  const times = points.map(({ at }) => Date.parse(at) / 1_000);
  const line = (label: string, color: string, figure: Figure) => ({ label, color, values: points.map((point) => point[figure]) });
  const common = { times, span };
  return (
    <div class="charts">
      <Chart
        {...common}
        title="Changes"
        unit="per second"
        series={[line("Commands", "--series-1", "commands_per_second"), line("Events", "--series-2", "events_per_second")]}
      />
      <Chart
        {...common}
        title="Waiting"
        unit="events"
        series={[line("Outbox", "--series-1", "outbox_pending"), line("Projector", "--series-3", "lag")]}
      />
      <Chart
        {...common}
        title="Time until visible"
        unit="ms"
        series={[line("Half within", "--series-2", "visible_p50_ms"), line("99 % within", "--series-4", "visible_p99_ms")]}
      />
      <Chart
        {...common}
        title="Standing still"
        unit=""
        series={[line("Stuck messages", "--series-4", "dead_letters"), line("Due timers", "--series-3", "timers_due")]}
      />
    </div>
  );
};

const tones = { ready: "good", "not ready": "warn", down: "bad" } as const;

const Processes = ({ overview: { instances, partitions } }: { readonly overview: Overview }) => (
  <div class="columns">
    <section class="card">
      <h2>Processes</h2>
      <div class="scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Address</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {instances.map(({ service, address, status, reason }) => (
              <tr key={`${service} ${address}`}>
                <td>{service}</td>
                <td class="code">{address}</td>
                <td title={reason ?? undefined}>
                  <Badge tone={tones[status]}>{status}</Badge>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
    <Partitions partitions={partitions} />
  </div>
);

const Partitions = ({ partitions }: Pick<Overview, "partitions">) => {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? partitions : partitions.filter(({ lag }) => lag > 0);
  return (
    <section class="card">
      <header class="row">
        <h2>Lag by partition</h2>
        <button type="button" class="quiet" onClick={() => setShowsAll(!showsAll)} aria-pressed={showsAll}>
          {showsAll ? "Only those that lag" : `Show all ${partitions.length}`}
        </button>
      </header>
      {shown.length === 0 ? (
        <Empty title={partitions.length === 0 ? "Kafka does not answer" : "No partition lags"}>
          {partitions.length === 0 ? "The lag is not known." : `All ${partitions.length} partitions are read to their end.`}
        </Empty>
      ) : (
        <div class="scroll" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Reader</th>
                <th scope="col">Topic</th>
                <th scope="col" class="number">
                  Partition
                </th>
                <th scope="col" class="number">
                  Not read yet
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ group, topic, partition, lag }) => (
                <tr key={`${group} ${topic} ${partition}`}>
                  <td>{group}</td>
                  <td class="code">{topic}</td>
                  <td class="number">{partition}</td>
                  <td class="number">{formatNumber(lag)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
};
