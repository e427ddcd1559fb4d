import type { CutMoment, FaultProxy, RequestMatch } from "../proxy/faultProxy.ts";
import { kafkaOffsetCommit, kafkaProduce, mysqlCommit } from "../proxy/requests.ts";
import { sessionTimeoutMs } from "../system/servers.ts";
import type { Scenario } from "./scenario.ts";

/** Milliseconds within which such a request has to arrive under the constant load. */
const patienceMs = 15_000;

const moments: readonly CutMoment[] = ["unsent", "unanswered"];

/** Cuts a connection at the worst moment: at a commit, when only one side knows the outcome. */
const cuts: Scenario = {
  name: "cut-at-commit",
  fault: "connection cut during a COMMIT, a produce request or an offset commit",
  run: async ({ servers, random, report, pause, injected, recovered, violation }) => {
    const { eventStore, readModel, kafka } = servers.proxies;
    const places: readonly (readonly [string, FaultProxy, RequestMatch])[] = [
      ["COMMIT of events or of the outbox", eventStore, mysqlCommit],
      ["COMMIT of the read model", readModel, mysqlCommit],
      ["a produce request", kafka, kafkaProduce],
      ["an offset commit", kafka, kafkaOffsetCommit],
    ];
    await pause(1_500, 2_500);
    for (let round = 1; round <= 4; round += 1) {
      for (const [what, proxy, match] of places) {
        for (const moment of moments) {
          await pause(0, 600);
          if (await proxy.cutAt(match, moment, patienceMs)) injected();
          else violation("wrong", `no ${what} came within ${patienceMs} ms`);
        }
      }
      // Cuts all connections at once, at a random moment.
      for (const proxy of random.chance(0.5) ? [eventStore, kafka] : [readModel, kafka]) {
        proxy.cut();
        injected();
      }
      report(`round ${round} of 4`);
    }
    await recovered();
  },
};

const slow: Scenario = {
  name: "slow-and-halted",
  fault: "connections delayed by 50 to 300 ms, or stalled for 2 to 8 s",
  run: async ({ servers, random, report, pause, injected, recovered }) => {
    const proxies = Object.entries(servers.proxies);
    await pause(1_000, 2_000);
    for (const [name, proxy] of proxies) {
      proxy.delay(random.integer(50, 300));
      await pause(2_000, 4_000);
      proxy.delay(0);
      injected();
      report(`${name} was slow`);
    }
    for (const [name, proxy] of proxies) {
      proxy.halt();
      // Occasionally longer than a group's session and a relay's lease.
      await (name === "kafka" ? pause(sessionTimeoutMs + 1_000, sessionTimeoutMs + 2_000) : pause(2_000, 8_000));
      proxy.resume();
      injected();
      report(`${name} was halted`);
      await recovered();
    }
  },
};

export const networkScenarios: readonly Scenario[] = [cuts, slow];
