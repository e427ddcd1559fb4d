import type { AuditLog } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { formatTime } from "../format/format.ts";
import { inWords } from "../parts/Fields.tsx";
import { Badge, Empty, Failure, Loading } from "../parts/states.tsx";

const names: Readonly<Record<string, string>> = {
  "dead-letters.retry": "Retried stuck messages",
  "dead-letters.discard": "Discarded stuck messages",
  "outbox.retry": "Sent events again",
  "verify.run": "Checked everything",
  "rebuild.run": "Rebuilt everything",
  "rebuild-one.run": "Rebuilt a cart or policy",
  "verify.stop": "Stopped a check",
  "rebuild.stop": "Stopped a rebuild",
  "rebuild-one.stop": "Stopped a rebuild",
};

const everyMs = 5_000;

/** Who repaired what, when, and how it ended. */
export const AuditLogTab = () => {
  const { data, error, reload } = useQuery<AuditLog>("/api/audit-log", everyMs);
  if (data === undefined) return error === undefined ? <Loading what="the log" /> : <Failure error={error} retry={reload} />;
  return (
    <section class="card" aria-label="Log of repairs">
      {data.actions.length === 0 ? (
        <Empty title="Nothing was repaired yet">Each repair is written here, with who did it.</Empty>
      ) : (
        <div class="scroll" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">For</th>
                <th scope="col">Outcome</th>
              </tr>
            </thead>
            <tbody>
              {data.actions.map(({ id, action, user_id, tenant_id, details, started_at, outcome, result }) => (
                <tr key={id}>
                  <td>{formatTime(started_at)}</td>
                  <td>
                    <bdi>{user_id ?? "no sign-in"}</bdi> {tenant_id === null ? null : <span class="faint">of {tenant_id}</span>}
                  </td>
                  <td>{names[action] ?? action}</td>
                  <td>{Object.keys(details).length === 0 ? "all" : inWords(details)}</td>
                  <td>
                    <Badge tone={outcome === "SUCCEEDED" ? "good" : outcome === "FAILED" ? "bad" : "warn"}>
                      {outcome === "SUCCEEDED" ? "Done" : outcome === "FAILED" ? "Failed" : "Not ended"}
                    </Badge>{" "}
                    {result === null ? null : <span class="faint">{inWords(result)}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
};
