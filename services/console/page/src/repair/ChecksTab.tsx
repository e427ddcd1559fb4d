import { useState } from "preact/hooks";
import { request } from "../api/client.ts";
import type { Jobs, Session } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import type { Place } from "../app/router.tsx";
import { formatNumber, formatTime } from "../format/format.ts";
import type { Question } from "../parts/Confirm.tsx";
import { inWords } from "../parts/Fields.tsx";
import { Badge, Empty, Failure, Loading } from "../parts/states.tsx";
import type { Ask } from "./RepairPage.tsx";

const everyMs = 1_000;

type Job = Jobs["jobs"][number];

const start = (title: string, text: string, body: object): Question => ({
  title,
  text: <p>{text}</p>,
  action: "Start",
  run: async () => {
    await request("/api/jobs", { method: "POST", body });
    return "It has started. Its progress is shown below.";
  },
});

type TabProps = { readonly session: Session; readonly ask: Ask; readonly place: Place };

/** Compares what shoppers see with what happened, and makes it again where they differ. */
export const ChecksTab = ({ session, ask, place }: TabProps) => {
  const { data, error, reload } = useQuery<Jobs>("/api/jobs", everyMs);
  return (
    <>
      {session.can_repair ? <Start session={session} ask={ask} reload={reload} aggregate={place.query.get("aggregate") ?? ""} /> : null}
      {data === undefined ? (
        error === undefined ? (
          <Loading what="checks" />
        ) : (
          <Failure error={error} retry={reload} />
        )
      ) : data.jobs.length === 0 ? (
        <div class="card">
          <Empty title="No check has run yet">The console keeps the last {formatNumber(data.kept)} until it restarts.</Empty>
        </div>
      ) : (
        data.jobs.map((job) => <JobCard key={job.id} job={job} session={session} reload={reload} />)
      )}
    </>
  );
};

type StartProps = { readonly session: Session; readonly ask: Ask; readonly reload: () => void; readonly aggregate: string };

const Start = ({ session, ask, reload, aggregate }: StartProps) => (
  <div class="columns thirds">
    {session.sees_all_tenants ? (
      <StartCard title="Check everything" label="Check" run={() => ask(checkAll, reload)}>
        Compares every cart and policy that shoppers see with what happened to it. Changes nothing.
      </StartCard>
    ) : null}
    {session.sees_all_tenants && session.can_rebuild ? (
      <StartCard title="Rebuild everything" label="Rebuild all" run={() => ask(rebuildAll, reload)}>
        Makes everything that shoppers see again from the events, while they go on. Stuck messages are cleared.
      </StartCard>
    ) : null}
    {session.can_rebuild ? <RebuildOne aggregate={aggregate} run={(id) => ask(rebuildOne(id), reload)} /> : null}
  </div>
);

const checkAll = start("Check everything?", "It reads every event, which keeps MySQL busy for a while. Nothing is changed.", {
  kind: "verify",
});
const rebuildAll = start(
  "Rebuild everything?",
  "It reads every event and replaces all tables of the read model at the end. Shoppers go on meanwhile; for a moment at the end, changes wait.",
  { kind: "rebuild" },
);
const rebuildOne = (id: string): Question =>
  start("Rebuild this cart?", "The cart is made again from its events, and its stuck messages are cleared.", {
    kind: "rebuild-one",
    aggregate_id: id,
  });

type StartCardProps = { readonly title: string; readonly label: string; readonly run: () => void; readonly children: string };

const StartCard = ({ title, label, run, children }: StartCardProps) => (
  <section class="card">
    <h2>{title}</h2>
    <p>{children}</p>
    <div class="actions">
      <button type="button" class="primary" onClick={run}>
        {label}
      </button>
    </div>
  </section>
);

const RebuildOne = ({ aggregate, run }: { readonly aggregate: string; readonly run: (id: string) => void }) => {
  const [id, setId] = useState(aggregate);
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        run(id.trim());
      }}
    >
      <h2>Rebuild one cart</h2>
      <label>
        Id of the cart
        <input
          class="code"
          value={id}
          required
          pattern="\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*"
          title="A cart's id, such as 550e8400-e29b-41d4-a716-446655440000"
          onInput={(event) => setId(event.currentTarget.value)}
        />
      </label>
      <div class="actions">
        <button type="submit">Rebuild</button>
      </div>
    </form>
  );
};

const names: Readonly<Record<Job["kind"], string>> = {
  verify: "Check of everything",
  rebuild: "Rebuild of everything",
  "rebuild-one": "Rebuild of one",
};
const states: Readonly<Record<Job["state"], readonly [string, string]>> = {
  RUNNING: ["info", "Running"],
  SUCCEEDED: ["good", "Done"],
  FAILED: ["bad", "Failed"],
  STOPPED: ["warn", "Stopped"],
};

const progressOf = ({ lines }: Job): { readonly events: number; readonly total: number } | undefined => {
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  const { events, total } = JSON.parse(last) as { events?: number; total?: number };
  return events === undefined || total === undefined ? undefined : { events, total };
};

const JobCard = ({ job, session, reload }: { readonly job: Job; readonly session: Session; readonly reload: () => void }) => {
  const [tone, state] = states[job.state];
  const progress = job.state === "RUNNING" ? progressOf(job) : undefined;
  const differs = Number(job.result?.["differences"] ?? 0) > 0;
  return (
    <article class="card job">
      <header class="row">
        <h2>
          {names[job.kind]} {job.aggregate_id === null ? null : <span class="code faint">{job.aggregate_id}</span>}
        </h2>
        <Badge tone={differs ? "bad" : tone}>{differs ? "Differences found" : state}</Badge>
      </header>
      <p class="faint">
        Started {formatTime(job.started_at)} by <bdi>{job.user_id ?? "somebody without sign-in"}</bdi>
        {job.ended_at === null ? "" : `, ended ${formatTime(job.ended_at)}`}
      </p>
      {progress === undefined ? null : (
        <label>
          {formatNumber(progress.events)} of {formatNumber(progress.total)} events
          <progress max={progress.total} value={progress.events} />
        </label>
      )}
      {job.result === null ? null : <p>{inWords(job.result)}</p>}
      {job.error === null ? null : <p class="failed-text">{job.error}</p>}
      {job.lines.length === 0 ? null : (
        <details>
          <summary>
            {formatNumber(job.lines.length)} {job.lines.length === 1 ? "line" : "lines"}
          </summary>
          <pre tabIndex={0}>{job.lines.join("\n")}</pre>
        </details>
      )}
      {job.state === "RUNNING" && session.can_repair ? (
        <div class="actions">
          <button type="button" onClick={() => void request(`/api/jobs/${job.id}`, { method: "DELETE" }).then(reload, reload)}>
            Stop
          </button>
        </div>
      ) : null}
    </article>
  );
};
