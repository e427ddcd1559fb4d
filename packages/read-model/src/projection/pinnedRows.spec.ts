import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { DomainEvent } from "@cart/domain";
import { bytesToUuid, uuidToBytes } from "@cart/mysql";
import { expect } from "chai";
import type { RowDataPacket } from "mysql2/promise";
import { cartDefinition } from "../carts/cartProjection.ts";
import { policyDefinition } from "../policies/policyProjection.ts";
import type { TableRows } from "./projectedTable.ts";
import type { Projected, ProjectionDefinition } from "./projection.ts";

/*
 * `FOLDER/rows/rN.json`: the rows that revision N of a projection writes after each of the stored events that packages/domain keeps
 * as fixtures. The file of a revision never changes: a projection that makes other rows of old events needs the next revision,
 * because the read model has rows of the old one until it is rebuilt.
 */
const id = "550e8400-e29b-41d4-a716-446655440000";

const readJson = (file: URL): unknown => JSON.parse(readFileSync(file, "utf8"));

type Stored = { readonly file: string; readonly type: string; readonly schemaVersion: number; readonly data: unknown };

const storedEvents = (folder: string): readonly Stored[] => {
  const fixtures = new URL(`../../../domain/src/${folder}/fixtures/`, import.meta.url);
  return readdirSync(fixtures).map((file) => {
    const [, type = "", schemaVersion = ""] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? [];
    const { stored } = readJson(new URL(file, fixtures)) as { readonly stored: unknown };
    return { file, type, schemaVersion: Number(schemaVersion), data: stored };
  });
};

/** The rows as JSON has them, with ids as text. */
const shown = (rows: TableRows): unknown =>
  JSON.parse(JSON.stringify(rows, (_key, value: unknown) => (isBytes(value) ? bytesToUuid(Buffer.from(value.data)) : value)));

/** What JSON.stringify makes of a Buffer before the replacer gets it. */
const isBytes = (value: unknown): value is ReturnType<Buffer["toJSON"]> =>
  typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";

/** Folds the stored events in the orders that they can have, and returns the rows after each event, by the events up to it. */
const rowsAfter = <State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]>(
  { category, initialState, project, rowsOf }: ProjectionDefinition<State, Event, Rows>,
  events: readonly Stored[],
) => {
  const rows: Record<string, unknown> = {};
  const used = new Set<string>();
  const queue: { readonly path: readonly string[]; readonly state: State }[] = [{ path: [], state: initialState }];
  for (const { path, state } of queue) {
    for (const { file, ...encoded } of events) {
      if (used.has(file)) continue;
      const version = state.version + 1;
      try {
        const event = category.codec.decode(encoded);
        const next = project(state, { version, occurredAt: new Date(Date.UTC(2026, 0, version)), event });
        used.add(file);
        const soFar = [...path, file.replace(".json", "")];
        rows[soFar.join(" ")] = shown(rowsOf(uuidToBytes(id), next));
        queue.push({ path: soFar, state: next });
      } catch {
        continue; // This event cannot follow this state.
      }
    }
  }
  return { rows, unused: events.filter(({ file }) => !used.has(file)).map(({ file }) => file) };
};

const pin = <State extends Projected, Event extends DomainEvent, Rows extends RowDataPacket[][]>(
  title: string,
  { events, pinned }: { readonly events: string; readonly pinned: string },
  definition: ProjectionDefinition<State, Event, Rows>,
): void => {
  it(`${title} are those of its revision`, () => {
    const { rows, unused } = rowsAfter(definition, storedEvents(events));
    expect(unused, "events without rows").to.deep.equal([]);
    const file = new URL(`../${pinned}/rows/r${definition.revision}.json`, import.meta.url);
    const advice = `the rows of old events have changed: raise the revision of the projection, and pin in ${file.pathname}:\n${JSON.stringify(rows, undefined, 2)}\n`;
    expect(rows, advice).to.deep.equal(existsSync(file) ? readJson(file) : "no file");
  });
};

describe("the rows of stored events", () => {
  pin("that a cart has", { events: "cart", pinned: "carts" }, cartDefinition);
  pin("that a policy has", { events: "tenantPolicy", pinned: "policies" }, policyDefinition);
});
