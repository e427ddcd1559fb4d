import { expect } from "chai";
import { sourcesIn } from "./sourcesIn.ts";

/** The tables of the event store, and what MySQL calls before the name of a table that it reads, changes or makes. */
const tables =
  "events|outbox|outbox_blocks|snapshots|idempotency_keys|archived_streams|destroyed_keys|tenant_moves|relay_leases|relay_members";
const clauses = "FROM|JOIN|INTO|UPDATE|TABLE|TABLES|ON|REPLACE|TRUNCATE|,";

/** A table's name may stand behind a database and in backticks, and a text is no statement unless it has a verb. */
const named = new RegExp(`(?:\\b(?:${clauses})|,)\\s+(?:[\\w$.{}\`]+\\.)?\`?(?:${tables})\`?(?![\\w.(])`);
const statement = /\b(?:SELECT|INSERT|REPLACE|UPDATE|DELETE|TRUNCATE|ALTER|CREATE TRIGGER|LOCK TABLES)\b/;

/** The texts between quotes of any kind, without comments. */
const textsOf = (source: string): string[] =>
  [...source.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, "").matchAll(/"[^"\n]*"|`[^`]*`/g)].map(([text]) => text);

const hasSqlOnEventStore = (source: string): boolean => textsOf(source).some((text) => statement.test(text) && named.test(text));

describe("table owners", () => {
  const owners = ["packages/event-store/", "migrations/"];

  it("only the event store has SQL on its tables; specs, benches and fault tests use its testing entry", () => {
    const others = ["packages", "services", "tools", "tests", "bench"]
      .flatMap(sourcesIn)
      .filter(
        ({ path, text }) =>
          !owners.some((owner) => path.startsWith(owner)) && path !== "tools/src/tableOwners.spec.ts" && hasSqlOnEventStore(text),
      );
    expect(others.map(({ path }) => path)).to.deep.equal([]);
  });

  const found = [
    '"SELECT 1 FROM events LIMIT 1"',
    "`UPDATE outbox SET status = 'FAILED'`",
    "`DELETE o FROM eventstore.outbox o`",
    "`SELECT * FROM ${database}.events`",
    "`SELECT c.id\n  FROM carts c JOIN snapshots s ON s.id = c.id`",
    "`SELECT 1 FROM carts, events`",
  ];
  for (const source of found) it(`sees the event store's table in ${source}`, () => expect(hasSqlOnEventStore(source)).to.equal(true));

  const passed = ['"SELECT SUM(version) AS events FROM carts"', '"the events of a cart, from events on"', "// SELECT 1 FROM events"];
  for (const source of passed) it(`sees none in ${source}`, () => expect(hasSqlOnEventStore(source)).to.equal(false));
});
