import type { SupervisedService } from "@cart/tests-harness";
import type { Scenario, ScenarioContext } from "./scenario.ts";

const kills = 20;

/** Kills one service at a time, at a random moment of its work or of its startup. */
const killAll = async (
  context: ScenarioContext,
  victims: () => readonly SupervisedService[],
  gap: readonly [number, number],
): Promise<void> => {
  const { random, pause, injected, recovered, report } = context;
  await pause(1_500, 2_500);
  for (let kill = 1; kill <= kills; kill += 1) {
    const victim = random.pick(victims());
    // Occasionally a service is killed while it starts.
    if (random.chance(0.8)) await victim.ready();
    await pause(...gap);
    await victim.kill();
    injected();
    if (kill % 5 === 0) report(`${kill} of ${kills} kills`);
  }
  await recovered();
};

const commandApi: Scenario = {
  name: "kill-command-api",
  mayShare: true,
  fault: "`kill -9` of command-api",
  run: (context) => killAll(context, () => context.system.commandApis, [300, 1_300]),
};

const relay: Scenario = {
  name: "kill-outbox-relay",
  mayShare: true,
  fault: "`kill -9` of one of two relays",
  run: (context) => killAll(context, () => context.system.relays, [0, 1_000]),
};

const queryApi: Scenario = {
  name: "kill-query-api",
  mayShare: true,
  fault: "`kill -9` of query-api",
  run: (context) => killAll(context, () => [context.system.queryApi], [100, 900]),
};

/**
 * The group notices a dead member after some seconds of silence and stands still until then, so
 * more frequent kills would only hit waiting projectors. They come in pairs, mostly a
 * moment apart, and each pair finds both projectors at work.
 */
const projector: Scenario = {
  name: "kill-projector",
  mayShare: true,
  fault: "`kill -9` of both projectors, one shortly after the other",
  run: async ({ system, random, pause, injected, recovered, report }) => {
    await pause(2_000, 3_000);
    for (let pair = 1; pair <= kills / 2; pair += 1) {
      const [first, second] = random.chance(0.5) ? system.projectors() : system.projectors().toReversed();
      if (first === undefined || second === undefined) throw new Error("expected two projectors");
      await pause(0, 500);
      await first.kill();
      await pause(0, 1_000);
      await second.kill();
      injected(2);
      await recovered();
      await Promise.all([first.ready(), second.ready()]);
      if (pair % 3 === 0) report(`${pair * 2} of ${kills} kills`);
    }
  },
};

export const killScenarios: readonly Scenario[] = [commandApi, relay, projector, queryApi];
