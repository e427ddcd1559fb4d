import { expect } from "chai";
import { validate, version } from "uuid";
import { newEventId } from "./newEventId.ts";

describe("event ids", () => {
  it("are UUIDs of version 7 that begin with the time and never repeat", () => {
    const before = Date.now();
    const ids = Array.from({ length: 1_000 }, newEventId);
    const after = Date.now();
    expect(new Set(ids)).to.have.lengthOf(ids.length);
    for (const id of ids) {
      expect([validate(id), version(id)]).to.deep.equal([true, 7]);
      expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).to.be.within(before, after);
    }
  });
});
