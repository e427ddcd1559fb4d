import { expect } from "chai";
import { Type } from "typebox";
import type { EventCatalog } from "./eventCatalog.ts";
import { createEventCodec, EventError, type EventErrorCode } from "./eventCodec.ts";

type Renamed = { readonly type: "Renamed"; readonly data: { readonly first: string; readonly last: string } };

const closed = { additionalProperties: false };
const catalog: EventCatalog<Renamed> = {
  Renamed: {
    versions: [
      { schema: Type.Object({ name: Type.String() }, closed) },
      { schema: Type.Object({ full_name: Type.String() }, closed), upcast: ({ name }) => ({ full_name: name }) },
      {
        schema: Type.Object({ first: Type.String(), last: Type.String() }, closed),
        upcast: ({ full_name }) => ({ first: String(full_name).split(" ")[0], last: String(full_name).split(" ")[1] }),
      },
    ],
  },
};

describe("event codec", () => {
  const codec = createEventCodec(catalog);
  const rejects = (code: EventErrorCode, work: () => unknown): void => {
    expect(work).to.throw(EventError).with.property("code", code);
  };

  it("upcasts every old version to the current one, through each version between", () => {
    const current = { type: "Renamed", data: { first: "Ada", last: "Lovelace" } };
    expect(codec.decode({ type: "Renamed", schemaVersion: 1, data: { name: "Ada Lovelace" } })).to.deep.equal(current);
    expect(codec.decode({ type: "Renamed", schemaVersion: 2, data: { full_name: "Ada Lovelace" } })).to.deep.equal(current);
    expect(codec.decode({ type: "Renamed", schemaVersion: 3, data: current.data })).to.deep.equal(current);
    expect(codec.currentVersion("Renamed")).to.equal(3);
  });

  it("refuses an unknown type, also one that names a member of every object", () => {
    rejects("UNKNOWN_EVENT_TYPE", () => codec.decode({ type: "Deleted", schemaVersion: 1, data: {} }));
    rejects("UNKNOWN_EVENT_TYPE", () => codec.decode({ type: "toString", schemaVersion: 1, data: {} }));
  });

  it("refuses an unknown schema version", () => {
    rejects("UNKNOWN_SCHEMA_VERSION", () => codec.decode({ type: "Renamed", schemaVersion: 4, data: {} }));
    rejects("UNKNOWN_SCHEMA_VERSION", () => codec.decode({ type: "Renamed", schemaVersion: 0, data: {} }));
  });

  it("refuses data that does not match the schema of its own version", () => {
    rejects("INVALID_EVENT_DATA", () => codec.decode({ type: "Renamed", schemaVersion: 2, data: { name: "Ada Lovelace" } }));
    rejects("INVALID_EVENT_DATA", () =>
      codec.assertValid({ type: "Renamed", data: { first: "Ada", last: "L", more: 1 } as Renamed["data"] }),
    );
  });
});
