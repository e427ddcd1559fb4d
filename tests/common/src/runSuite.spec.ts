import { existsSync } from "node:fs";
import { expect } from "chai";
import { exitCodeOf, type Suite } from "./runSuite.ts";
import { untilAborted } from "./untilAborted.ts";

type Part = { readonly name: string };

const never = new Promise<never>(() => undefined);

const suiteThat = (run: Suite<Part>["run"], maxMinutes = 1): Suite<Part> => ({
  script: "test:example",
  about: "Tries examples.",
  part: "row",
  parts: [{ name: "one" }],
  maxMinutes,
  run,
});

/** Runs the suite, and gathers what it says. */
const outcomeOf = async (suite: Suite<Part>, { args = [] as string[], stop = new AbortController().signal } = {}) => {
  const said: string[] = [];
  const printed: string[] = [];
  const exitCode = await exitCodeOf(suite, { args, stop, report: (line) => said.push(line), print: (text) => printed.push(text) });
  return { exitCode, said: said.join("\n"), printed: printed.join("\n") };
};

describe("runSuite", () => {
  it("exits with 0 and prints the table if nothing is wrong", async () => {
    const { exitCode, printed, said } = await outcomeOf(suiteThat(async () => ({ mistakeCount: 0, table: "| a |", summary: "✔ fine" })));
    expect(exitCode).to.equal(0);
    expect(printed).to.include("| a |");
    expect(said).to.include("✔ fine");
  });

  it("exits with 1 and prints the table if something is wrong", async () => {
    const { exitCode, printed } = await outcomeOf(suiteThat(async () => ({ mistakeCount: 2, table: "| a |" })));
    expect(exitCode).to.equal(1);
    expect(printed).to.include("| a |");
  });

  it("exits with 1 and says why if the run fails", async () => {
    const { exitCode, said } = await outcomeOf(suiteThat(() => Promise.reject(new Error("the server did not start"))));
    expect(exitCode).to.equal(1);
    expect(said).to.include("✘ the server did not start");
  });

  it("exits with 1 if the command line names a part that does not exist, before anything starts", async () => {
    const suite = suiteThat(() => Promise.reject(new Error("it started")));
    const { exitCode, said } = await outcomeOf(suite, { args: ["--only", "two"] });
    expect(exitCode).to.equal(1);
    expect(said).to.include('there is no row "two"').and.not.include("it started");
  });

  it("prints the help instead of running", async () => {
    const { exitCode, printed } = await outcomeOf(
      suiteThat(() => never),
      { args: ["--help"] },
    );
    expect(exitCode).to.equal(0);
    expect(printed).to.include("npm run test:example");
  });

  it("exits with 1 at the time limit, and stops what was started", async () => {
    let stopped = 0;
    const suite = suiteThat(async ({ signal, atEnd }) => {
      atEnd(async () => void (stopped += 1));
      await untilAborted(never, signal);
      return { mistakeCount: 0 };
    }, 0.001);
    const { exitCode, said } = await outcomeOf(suite);
    expect(exitCode).to.equal(1);
    expect(said).to.include("✘ the suite did not end within 0.001 minutes");
    expect(stopped).to.equal(1);
  });

  it("exits with 130 after a request to stop, without a table", async () => {
    const stopping = new AbortController();
    const suite = suiteThat(async ({ signal }) => {
      stopping.abort();
      await untilAborted(never, signal);
      return { mistakeCount: 0, table: "| a |" };
    });
    const { exitCode, printed } = await outcomeOf(suite, { stop: stopping.signal });
    expect(exitCode).to.equal(130);
    expect(printed).to.equal("");
  });

  it("removes the folder and calls every stop, even if a stop fails", async () => {
    let [folder, stopped] = ["", 0];
    const suite = suiteThat(async (run) => {
      folder = run.folder;
      run.atEnd(() => Promise.reject(new Error("the server does not stop")));
      run.atEnd(async () => void (stopped += 1));
      expect(existsSync(folder)).to.equal(true);
      return { mistakeCount: 0 };
    });
    const { exitCode, said } = await outcomeOf(suite);
    expect([exitCode, stopped, existsSync(folder)]).to.deep.equal([1, 1, false]);
    expect(said).to.include("✘ the server does not stop");
  });
});
