import { expect } from "chai";
import type { Point } from "./overviewSchema.ts";
import { problemsOf } from "./problemsOf.ts";

const calm: Point = {
  at: "2026-11-23T22:06:04.670Z",
  commands_per_second: 0,
  events_per_second: 0,
  published_per_second: 0,
  projected_per_second: 0,
  outbox_pending: 0,
  outbox_oldest_seconds: 0,
  outbox_given_up: 0,
  lag: 0,
  timers_lag: 0,
  dead_letters: 0,
  parked: 0,
  timers_due: 0,
  timers_oldest_due_seconds: 0,
  timers_given_up: 0,
  commands_failed: 0,
  messages_lost: 0,
  visible_p50_ms: null,
  visible_p99_ms: null,
};
const seen = { now: calm, instances: [], mysql: true, kafka: true };
const partsOf = (change: Partial<typeof seen>): string[] => problemsOf({ ...seen, ...change }).map(({ part }) => part);

describe("the problems of the overview", () => {
  it("are none while all is well", () => expect(partsOf({})).to.deep.equal([]));

  it("name the part for each alert", () => {
    expect(partsOf({ mysql: false })).to.deep.equal(["mysql"]);
    expect(partsOf({ kafka: false })).to.deep.equal(["kafka"]);
    expect(partsOf({ now: { ...calm, outbox_oldest_seconds: 31 } })).to.deep.equal(["outbox"]);
    expect(partsOf({ now: { ...calm, outbox_given_up: 1 } })).to.deep.equal(["outbox"]);
    expect(partsOf({ now: { ...calm, parked: 1 } })).to.deep.equal(["read-model"]);
    expect(partsOf({ now: { ...calm, lag: 10_001 } })).to.deep.equal(["projector"]);
    expect(partsOf({ now: { ...calm, timers_oldest_due_seconds: 61 } })).to.deep.equal(["cart-abandonment"]);
    expect(partsOf({ now: { ...calm, timers_given_up: 1 } })).to.deep.equal(["cart-abandonment"]);
    expect(partsOf({ now: { ...calm, commands_failed: 1 } })).to.deep.equal(["command-api"]);
    expect(partsOf({ now: { ...calm, messages_lost: 1 } })).to.deep.equal(["projector"]);
  });

  it("name a process that does not answer, and what a process lacks", () => {
    const projector = { service: "projector", address: "10.0.0.7:8080", reason: "kafka: no broker answers" };
    expect(problemsOf({ ...seen, instances: [{ ...projector, status: "down" }] })[0]).to.include({
      part: "projector",
      title: "projector at 10.0.0.7:8080 does not answer",
    });
    expect(problemsOf({ ...seen, instances: [{ ...projector, status: "not ready" }] })[0]?.remedy).to.contain("no broker answers");
    expect(problemsOf({ ...seen, instances: [{ ...projector, status: "ready" }] })).to.deep.equal([]);
  });

  it("do not take an unknown figure for a good or a bad one", () => {
    expect(partsOf({ now: { ...calm, lag: null, parked: null, outbox_given_up: null } })).to.deep.equal([]);
  });
});
