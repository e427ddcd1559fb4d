import { withBareWay } from "../ceilings/withBareWay.ts";
import type { Bench, Measurement } from "../measurement.ts";
import { byTurns, type Round } from "../rounds.ts";
import { apisOf, startAll } from "../system/allServices.ts";
import { withFreshSystem } from "../system/freshSystem.ts";
import type { Apis } from "../system/postThenGet.ts";
import { timesToVisible, visibility, warmUp } from "../system/visibility.ts";

/** The system and the bare way are measured by turns, because the speed of a shared machine changes within a minute. */
const rounds = 6;

const warmUpSeconds = 20;

type Times = readonly number[];

const measured = new WeakMap<Bench, Promise<readonly Round<Times>[]>>();

/** Two figures tell of the same rounds, so they run once. */
const roundsOf = (bench: Bench): Promise<readonly Round<Times>[]> => {
  const known = measured.get(bench) ?? measureRounds(bench);
  measured.set(bench, known);
  return known;
};

const measureRounds = (bench: Bench): Promise<readonly Round<Times>[]> =>
  withBareWay(bench, (bare) =>
    withWarmSystem(bench, warmUpSeconds, async (system) => {
      await warmUp(bare, warmUpSeconds);
      const seconds = bench.seconds / rounds;
      return byTurns(
        rounds,
        () => timesToVisible(system, seconds),
        () => timesToVisible(bare, seconds),
      );
    }),
  );

const withWarmSystem = <T>(bench: Bench, seconds: number, work: (apis: Apis) => Promise<T>): Promise<T> =>
  withFreshSystem(bench, async (system) => {
    const apis = apisOf(await startAll(system));
    await warmUp(apis, seconds);
    return work(apis);
  });

export const visibleBare = async (bench: Bench): Promise<Measurement> =>
  visibility((await roundsOf(bench)).flatMap(({ control }) => control));

export const visible = async (bench: Bench): Promise<Measurement> => visibility((await roundsOf(bench)).flatMap(({ subject }) => subject));

/** The system alone, after a shorter warm-up. */
export const visibleAlone = (bench: Bench): Promise<Measurement> =>
  withWarmSystem(bench, 4, async (apis) => visibility(await timesToVisible(apis, bench.seconds)));
