import { useState } from "preact/hooks";
import type { Overview } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { formatClock, formatNumber } from "../format/format.ts";
import { Chart } from "../parts/Chart.tsx";
import { Badge, Empty, Failure, Loading } from "../parts/states.tsx";
import { Pipeline } from "./Pipeline.tsx";

const everyMs = 5_000;

/** The system at a glance: what needs a person, the way of an event with its figures, and the last hour. */
export const OverviewPage = () => {
  const { data, error, reload } = useQuery<Overview>("/api/overview", everyMs);
  if (data === undefined) return error === undefined ? <Loading what="the overview" /> : <Failure error={error} retry={reload} />;
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
      <Charts overview={data} />
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

const Charts = ({ overview: { history } }: { readonly overview: Overview }) => {
  const times = history.map(({ at }) => Date.parse(at) / 1_000);
  type Figure = Exclude<keyof Overview["now"], "at">;
  const line = (label: string, color: string, figure: Figure) => ({ label, color, values: history.map((point) => point[figure]) });
  return (
    <section aria-label="The last hour" class="charts">
      <Chart
        title="Changes"
        unit="per second"
        times={times}
        series={[line("Commands", "--series-1", "commands_per_second"), line("Events", "--series-2", "events_per_second")]}
      />
      <Chart
        title="Waiting"
        unit="events"
        times={times}
        series={[line("Outbox", "--series-1", "outbox_pending"), line("Projector", "--series-3", "lag")]}
      />
      <Chart
        title="Time until visible"
        unit="ms"
        times={times}
        series={[line("Half within", "--series-2", "visible_p50_ms"), line("99 % within", "--series-4", "visible_p99_ms")]}
      />
      <Chart
        title="Standing still"
        unit=""
        times={times}
        series={[line("Stuck messages", "--series-4", "dead_letters"), line("Due timers", "--series-3", "timers_due")]}
      />
    </section>
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
