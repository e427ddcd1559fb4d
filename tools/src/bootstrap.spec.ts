import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { repositoryRoot } from "./paths.ts";
import { endWithThisProcess } from "./servers/watchdog.ts";
import { waitUntil } from "./servers/waitUntil.ts";

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A checkout that has nothing but the bootstrap, whose `npx` is a script. */
describe("Ctrl-C while the dependencies are installed", function () {
  this.timeout(60_000);
  let checkout = "";
  let start: ChildProcess | undefined;
  beforeEach(async () => {
    checkout = await mkdtemp(join(tmpdir(), "cart-bootstrap-"));
    for (const folder of ["tools/bin", "bin", "node_modules"]) await mkdir(join(checkout, folder), { recursive: true });
    for (const file of ["tools/bin/bootstrap.mjs", "package.json"]) await copyFile(join(repositoryRoot, file), join(checkout, file));
  });
  afterEach(async () => {
    start?.kill("SIGKILL");
    const left = Number(await readFile(join(checkout, "pid"), "utf8"));
    if (runs(left)) process.kill(left, "SIGKILL");
    await rm(checkout, { recursive: true, force: true });
  });

  const installWith = async (script: string): Promise<ChildProcess> => {
    const npx = join(checkout, "bin/npx");
    await writeFile(npx, `#!/bin/sh\n${script}\n`);
    await chmod(npx, 0o755);
    const child = spawn(process.execPath, [join(checkout, "tools/bin/bootstrap.mjs"), "build"], {
      env: { ...process.env, PID_FILE: join(checkout, "pid"), PATH: `${join(checkout, "bin")}${delimiter}${process.env["PATH"]}` },
      stdio: ["ignore", "ignore", "pipe"],
    });
    endWithThisProcess(child);
    return child;
  };
  /** The process that the installer has started. */
  const startedPid = async (): Promise<number> => {
    let pid = 0;
    await waitUntil("the installer", 20, async () => {
      pid = Number(await readFile(join(checkout, "pid"), "utf8"));
      if (!(pid > 0)) throw new Error("it is empty");
    });
    return pid;
  };
  const installs: readonly (readonly [title: string, script: string])[] = [
    ["ends what the installer started", `sleep 600 & echo $! > "$PID_FILE"; wait`],
    ["kills an installer that ignores signals", `trap '' TERM INT; sh -c "trap '' TERM INT; sleep 600" & echo $! > "$PID_FILE"; wait`],
    [
      "takes an installer that ends well after the signal for an interrupted one",
      `trap 'exit 0' TERM; sleep 600 & echo $! > "$PID_FILE"; wait`,
    ],
  ];
  for (const [title, script] of installs) {
    it(`${title}, exits with 130 in time, and leaves no mark of an install`, async () => {
      const child = await installWith(script);
      start = child;
      let said = "";
      child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
      const pid = await startedPid();
      const pressedAt = performance.now();
      child.kill("SIGINT");
      expect(await once(child, "close").then(([code]: unknown[]) => code)).to.equal(130);
      // The installers sleep for ten minutes.
      expect(performance.now() - pressedAt).to.be.lessThan(25_000);
      expect(said).to.not.contain("✘");
      await waitUntil("the end of the installer's child", 5, () => (runs(pid) ? Promise.reject(new Error("it runs")) : Promise.resolve()));
      expect(existsSync(join(checkout, "node_modules/.install-state"))).to.equal(false);
    });
  }
});
