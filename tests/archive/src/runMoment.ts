import { eventStoreTables } from "@cart/event-store/testing";
import { waitUntil } from "@cart/tools/own-servers";
import { historyOf, type LivedCart, makeCarts, shopMeanwhile } from "./carts.ts";
import { checkAnswers, checkMessages, checkPlaces } from "./check.ts";
import { holdAt } from "./hold.ts";
import { later, type Moment } from "./moments.ts";
import type { ArchiveSystem } from "./system.ts";

/** Archives carts, with the job killed at the moment, and restores one. Resolves to what was wrong. */
export const runMoment = async (system: ArchiveSystem, moment: Moment, built?: string): Promise<readonly string[]> => {
  const carts = await makeCarts(system, moment.place?.when.includes(String(later)) === true);
  const [funnelBefore, mistakes] = [await funnelOf(system), [] as string[]];
  const run = (args: readonly string[]) => runJob(system, args, built);
  const isArchiveKilled = moment.place !== undefined && moment.job !== "restore";

  const shopped = await shopMeanwhile(system, carts, async () => {
    if (isArchiveKilled) {
      await killAt(system, moment, ["archive-carts"]);
      mistakes.push(...(await checkPlaces(system, carts)));
    }
    await untilPublished(system);
    await run(["archive-carts"]);
  });
  mistakes.push(...shopped.mistakes, ...(await checkPlaces(system, carts)));
  if (built !== undefined) return mistakes;
  await untilPublished(system);
  mistakes.push(...(await checkAnswers(system, carts)), ...(await checkMessages(system, carts)));
  if (moment.name === "no kill") mistakes.push(...(await checkReadModel(system, funnelBefore, true)));

  const long = carts.find(({ life }) => life === "long");
  if (long !== undefined) mistakes.push(...(await restoreOne(system, moment, long)));
  mistakes.push(...(await checkReadModel(system, funnelBefore, moment.job === "restore")));
  return mistakes;
};

/** Runs the job to its end. Throws unless its exit code is 0. */
const runJob = async (system: ArchiveSystem, args: readonly string[], built?: string): Promise<void> => {
  const { code, output } = await system.startJob("command-api", args, built).ended;
  if (code !== 0) throw new Error(`${args.join(" ")} exited with ${code}: ${output.trim().slice(-500)}`);
};

const killAt = async (system: ArchiveSystem, { place }: Moment, args: readonly string[]): Promise<void> => {
  if (place === undefined) return;
  const hold = await holdAt(system.pool, place);
  const job = system.startJob("command-api", args);
  try {
    await hold.reached();
  } finally {
    job.kill();
    await job.ended;
    await hold.release();
  }
};

const untilPublished = ({ pool }: ArchiveSystem): Promise<void> =>
  waitUntil("the relay to publish everything", 30, async () => {
    if (await eventStoreTables(pool).outbox.has({ status: "PENDING" })) throw new Error("rows are pending");
  });

const restoreOne = async (system: ArchiveSystem, moment: Moment, { id, history }: LivedCart): Promise<readonly string[]> => {
  if (moment.job === "restore") {
    await killAt(system, moment, ["restore-cart", id]);
    const { status } = await system.command("POST", `/carts/${id}/items`, { user_id: "shopper", item_id: "tea", quantity: 1, price: 5 });
    if (status !== 410) return [`a cart that is half restored answers a command with ${status}`];
  }
  await runJob(system, ["restore-cart", id]);
  const restored = await historyOf(system, id);
  await waitUntil("the restored cart in the read model", 30, async () => {
    const { status } = await system.query(`/carts/${id}?min_version=${history.length}`);
    if (status !== 200) throw new Error(`it is answered with ${status}`);
  });
  return JSON.stringify(restored) === JSON.stringify(history) ? [] : ["the restored cart has another history"];
};

const today = new Date().toISOString().slice(0, 10);

const funnelOf = async (system: ArchiveSystem): Promise<string> => {
  const { status, body } = await system.query(`/tenants/shop/cart-funnel?from=${today}&to=${today}`);
  if (status !== 200) throw new Error(`the funnel is answered with ${status}`);
  return JSON.stringify(body);
};

/** Says what is wrong with the read model as it is, or as a rebuild makes it. */
const checkReadModel = async (system: ArchiveSystem, funnelBefore: string, rebuilds: boolean): Promise<readonly string[]> => {
  const mistakes: string[] = [];
  for (const args of rebuilds ? [["verify"], ["rebuild"], ["verify"]] : [["verify"]]) {
    const { code, output } = await system.startJob("projector", args).ended;
    if (code !== 0) mistakes.push(`${args.join(" ")} exited with ${code}: ${output.trim().slice(-300)}`);
    const funnel = await funnelOf(system);
    if (funnel !== funnelBefore) mistakes.push(`after ${args.join(" ")} the funnel is ${funnel}, before it was ${funnelBefore}`);
  }
  return mistakes;
};
