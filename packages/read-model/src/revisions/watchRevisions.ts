import { type Logger, type Loop, startLoop } from "@cart/process-kit";
import type { Pool } from "mysql2/promise";
import type { Projections } from "../projection/projection.ts";
import { claimEmptyProjections, findOutdatedProjections, type OutdatedProjection } from "./builtRevisions.ts";

export type RevisionWatchOptions = {
  readonly readModel: Pool;
  readonly projections: Projections;
  readonly logger: Logger;
  readonly intervalMs?: number;
};

/**
 * Says in the log when the read model needs a rebuild, and when it was rebuilt. The projector continues in between, because
 * what it projects is right: only what another revision projected may be incomplete.
 */
export const startRevisionWatch = ({ readModel, projections, logger, intervalMs = 60_000 }: RevisionWatchOptions): Loop => {
  let said = "";
  return startLoop({
    name: "the check of the projections' revisions",
    work: async () => {
      await claimEmptyProjections(readModel, projections);
      const outdated = await findOutdatedProjections(readModel, projections);
      const finding = outdated.length === 0 ? "" : JSON.stringify(outdated);
      if (finding !== "" && finding !== said) logger.warn({ outdated }, adviceOn(outdated));
      if (finding === "" && said !== "") logger.info({ recovered: true }, "the read model was rebuilt by this release");
      said = finding;
      return intervalMs;
    },
    backoff: { baseMs: 1_000, maxMs: intervalMs },
    logger,
  });
};

const adviceOn = (outdated: readonly OutdatedProjection[]): string => {
  const reasons = outdated.map(
    ({ aggregate_type: type, built_by: builtBy, revision }) =>
      `${type} was built by ${builtBy === null ? "a release that recorded no revision" : `revision ${builtBy}`}, and this is revision ${revision}`,
  );
  return `the read model needs a rebuild (${reasons.join("; ")}): npm run projector -- rebuild, or node dist/cli.js rebuild in a container`;
};
