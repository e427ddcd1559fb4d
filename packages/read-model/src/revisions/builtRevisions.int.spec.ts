import { migrateEventStore, migrateReadModel } from "@cart/migrations";
import { openMysqlPool } from "@cart/mysql";
import { createLogger } from "@cart/process-kit";
import { useMysqlDatabase, waitFor } from "@cart/testkit";
import { expect } from "chai";
import type { Pool } from "mysql2/promise";
import { createApplyBatch } from "../applyBatch.ts";
import type { Projections } from "../projection/projection.ts";
import { projections } from "../projections.ts";
import { rebuildAll } from "../rebuild/rebuildAll.ts";
import { added, created, messageOf } from "../testing/cartMessages.ts";
import { store } from "../testing/storedEvents.ts";
import { claimEmptyProjections, findOutdatedProjections } from "./builtRevisions.ts";
import { openReadModelPool } from "../openReadModelPool.ts";
import { startRevisionWatch } from "./watchRevisions.ts";

describe("the revisions that built the read model", () => {
  const events = useMysqlDatabase({ migrate: migrateEventStore });
  const database = useMysqlDatabase({ migrate: migrateReadModel });
  let eventStore: Pool;
  let readModel: Pool;
  before(() => {
    eventStore = openMysqlPool({ url: events.url(), connectionLimit: 2 });
    readModel = openReadModelPool({ url: database.url(), connectionLimit: 4 });
  });
  after(() => Promise.all([eventStore.end(), readModel.end()]));

  const rebuild = (of: Projections) =>
    rebuildAll({ eventStore, readModel, projections: of, signal: new AbortController().signal, report: () => undefined });
  /** The projections of the next release, which changed what it makes of a cart's events. */
  const nextRelease = projections.map((projection) =>
    projection.aggregateType === "Cart" ? { ...projection, revision: projection.revision + 1 } : projection,
  );
  const cartsBuiltBy = (builtBy: number | null, revision: number) => [{ aggregate_type: "Cart", built_by: builtBy, revision }];

  it("are those of the projector that starts on an empty read model, also if it is of a later release than the first", async () => {
    expect(await findOutdatedProjections(readModel, projections)).to.deep.equal([]);
    await claimEmptyProjections(readModel, projections);
    expect(await findOutdatedProjections(readModel, projections)).to.deep.equal([]);
    await claimEmptyProjections(readModel, nextRelease);
    expect(await findOutdatedProjections(readModel, nextRelease)).to.deep.equal([]);
    await claimEmptyProjections(readModel, projections);
  });

  it("stay as they are once there are rows, until a rebuild", async () => {
    await store(eventStore, 1, 1, created, added("a"));
    await createApplyBatch(readModel, projections)([messageOf(1, 1, created), messageOf(1, 2, added("a"))]);

    await claimEmptyProjections(readModel, nextRelease);
    expect(await findOutdatedProjections(readModel, nextRelease)).to.deep.equal(cartsBuiltBy(1, 2));
    await rebuild(nextRelease);
    expect(await findOutdatedProjections(readModel, nextRelease)).to.deep.equal([]);
    // After a rollback the rows are those of the later release.
    expect(await findOutdatedProjections(readModel, projections)).to.deep.equal(cartsBuiltBy(2, 1));
    await rebuild(projections);
  });

  it("are said in the log if the read model needs a rebuild, once, and again when it was rebuilt", async () => {
    await readModel.query("DELETE FROM projections WHERE aggregate_type = 'Cart'");
    const lines: string[] = [];
    const logger = createLogger({ service: "test", level: "info", destination: { write: (line: string) => void lines.push(line) } });
    const watch = startRevisionWatch({ readModel, projections, logger, intervalMs: 5 });
    try {
      await waitFor("the advice", () => lines.length > 0);
      await rebuild(projections);
      await waitFor("the end", () => lines.length > 1);
    } finally {
      await watch.stop();
    }
    expect(lines, lines.join("")).to.have.length(2);
    expect(lines[0]).to.contain(
      "the read model needs a rebuild (Cart was built by a release that recorded no revision, and this is revision 1): npm run projector -- rebuild",
    );
    expect(lines[1]).to.contain('"recovered":true');
  });
});
