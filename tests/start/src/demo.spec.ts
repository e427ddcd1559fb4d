import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type RunningProgram, startDemo } from "./runningDemo.ts";
import { type RunningStart, startOn } from "./runningStart.ts";

describe("npm run demo", function () {
  this.timeout(300_000);
  let folder = "";
  let start: RunningStart;
  const demos: RunningProgram[] = [];
  const demo = (...args: readonly string[]): RunningProgram => {
    const started = startDemo(args);
    demos.push(started);
    return started;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cart-demo-"));
    start = await startOn(folder);
    await start.untilItSays(/Ready after/);
  });
  after(async () => {
    start.interrupt();
    await Promise.all([start.exitCode, ...demos.map(({ exitCode }) => exitCode)]);
    await rm(folder, { recursive: true, force: true });
  });

  it("lets shoppers buy and leave, and ends with figures that the read model has, and links that answer", async () => {
    const day = demo("--data", folder, "--length", "12", "--rate", "4", "--tenant", "demo-1");
    expect(await day.exitCode, day.said()).to.equal(0);
    expect(day.said()).to.match(/\d+\/12 s: \d+ shoppers, \d+ carts/);
    const [, orders = ""] = /(\d+) carts became orders/.exec(day.said()) ?? [];
    expect(Number(orders), day.said()).to.be.greaterThan(0);
    expect(day.said())
      .to.match(/The funnel: \d+ created/)
      .and.not.contain("Refused");
    const urls = [...day.said().matchAll(/http:\/\/\S+[^\s,]/g)].map(([url]) => url);
    expect(urls).to.have.length(6);
    for (const url of urls) expect((await fetch(url)).status, url).to.equal(200);
  });

  it("ends at Ctrl-C with the summary", async () => {
    const day = demo("--data", folder, "--length", "600");
    await day.untilItSays(/\/600 s: /);
    const begin = performance.now();
    day.interrupt();
    expect(await day.exitCode, day.said()).to.equal(130);
    expect(performance.now() - begin).to.be.lessThan(15_000);
    expect(day.said()).to.contain("Look at:").and.not.contain("✘");
  });

  it("works with URLs, and says at once which one does not answer", async () => {
    const day = demo("--command-api", start.commandApi, "--query-api", `${start.queryApi}/`, "--length", "1");
    expect(await day.exitCode, day.said()).to.equal(0);
    const wrong = demo("--command-api", start.commandApi, "--query-api", "http://127.0.0.1:9", "--length", "1");
    expect(await wrong.exitCode).to.equal(1);
    expect(wrong.said()).to.match(/^✘ http:\/\/127.0.0.1:9 cannot be reached/m);
  });

  const refused: readonly (readonly [readonly string[], string])[] = [
    [["--data", "/nowhere"], "✘ no system runs on /nowhere. Run npm start in another terminal, or set --command-api and --query-api"],
    [["--length", "soon"], '✘ --length is "soon": expected a number from 1 to 3600'],
    [["--rate", "0"], '✘ --rate is "0": expected a number from 0.1 to 50'],
    [["--query-api", "http://localhost:1"], "✘ expected --command-api and --query-api together"],
    [["--command-api", "localhost", "--query-api", "x"], '✘ --command-api is "localhost": expected a URL such as http://localhost:8080'],
    [["--tenant", "a b"], '✘ --tenant is "a b": expected up to 64 letters, digits, "-", "." and "_"'],
    [["--fast"], "✘ Unknown option '--fast': npm run demo -- --help lists the options"],
  ];
  for (const [args, said] of refused) {
    it(`says what is wrong with ${args.join(" ")}`, async () => {
      const day = demo(...args);
      expect(await day.exitCode).to.equal(1);
      expect(day.said()).to.equal(said);
    });
  }

  it("fails if the system ends during the day", async () => {
    const day = demo("--data", folder, "--length", "600");
    await day.untilItSays(/\/600 s: /);
    start.interrupt();
    await start.exitCode;
    expect(await day.exitCode, day.said()).to.equal(1);
    expect(day.said()).to.match(/✘ .* got no answer in 4 attempts/);
  });
});
