import { createLogger } from "@cart/process-kit";
import { expect } from "chai";
import { createGroupMembership } from "./groupMembership.ts";

describe("the membership in a consumer group", () => {
  let lines: string[];
  let membership: ReturnType<typeof createGroupMembership>;

  beforeEach(() => {
    lines = [];
    const logger = createLogger({ service: "test", level: "info", destination: { write: (line: string) => void lines.push(line) } });
    membership = createGroupMembership("group", 10_000, logger);
  });
  const join = (): void => membership.joined([0, 1].map((partition) => ({ topic: "topic", partition })));
  const reason = () =>
    membership.assertReady().then(
      () => "ready",
      (error: unknown) => String(error),
    );

  it("begins with the join, at the first time", async () => {
    expect(await reason()).to.contain("not a member of the consumer group group");
    join();
    expect(await reason()).to.equal("ready");
    expect(membership.assignment()).to.have.length(2);
    expect(lines.join()).to.contain("joined the consumer group");
  });

  for (const proof of ["fetched", "heartbeat"] as const) {
    it(`begins after a failure only when it has ${proof === "fetched" ? "read" : "had a heartbeat"} since it joined, because a consumer that may not read can join`, async () => {
      join();
      for (const _ of [1, 2]) {
        membership.end({ reason: new Error("may not read"), expected: false });
        join();
        expect(await reason()).to.contain("has not read since it joined the consumer group group");
      }
      expect(lines.join()).not.to.contain("the consumer works again");
      membership[proof]();
      membership[proof]();
      expect(await reason()).to.equal("ready");
      expect(lines.filter((line) => line.includes("the consumer works again"))).to.have.length(1);
    });
  }

  it("ends with a rebalance, and begins again with a join or with a heartbeat that the group answers", async () => {
    for (const again of [join, () => membership.heartbeat()]) {
      join();
      membership.rebalancing();
      expect(await reason()).to.contain("not a member of the consumer group group");
      again();
      expect(await reason()).to.equal("ready");
    }
  });

  it("does not begin again with a late heartbeat of a consumer that has ended", async () => {
    join();
    membership.end({ reason: new Error("crashed"), expected: false });
    membership.heartbeat();
    expect(await reason()).to.contain("not a member of the consumer group group");
    expect(lines.join()).not.to.contain("the consumer works again");
  });
});
