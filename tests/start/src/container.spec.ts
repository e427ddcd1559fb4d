import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { endWithThisProcess, repositoryRoot, UserError, waitUntil } from "@cart/tools/own-servers";
import { expect } from "chai";
import type { Suite } from "mocha";

const image = "node:24-bookworm-slim";
const container = `cart-start-${process.pid}`;
const docker = async (...args: readonly string[]): Promise<string> => (await promisify(execFile)("docker", args)).stdout;

const succeeds = (...args: readonly string[]): boolean => spawnSync("docker", args, { stdio: "ignore" }).status === 0;

/** The reason why no container can be run here, or `undefined`. */
const findObstacle = (): string | undefined => {
  if (!succeeds("info")) return "no Docker engine answers";
  if (succeeds("image", "inspect", image) || succeeds("pull", "--quiet", image)) return undefined;
  return `the image ${image} does not exist here and cannot be pulled`;
};

/*
 * The files of the checkout, changed ones included, go in through a pipe: the user of the container may write them, and finds nothing that
 * was installed or built. Apt takes its list of packages for expired, as it does when the mirror lags.
 */
const pack = "git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- --ignore-failed-read";
const unpackAndStart = `
  mkdir ~/cart && tar -x -C ~/cart && cd ~/cart
  printf 'Acquire::Check-Valid-Until "true"; Acquire::Max-ValidTime "1";' > ~/apt.conf
  APT_CONFIG=~/apt.conf exec npm start`;

const example = `
  const cart = "550e8400-e29b-41d4-a716-446655440000";
  const item = { user_id: "user-123", item_id: "item-456", quantity: 2, price: 29.99 };
  await fetch("http://localhost:8080/additem/" + cart, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(item) });
  const answer = await fetch("http://localhost:8081/carts/" + cart + "?min_version=2");
  console.log(answer.status, (await answer.json()).total_amount);`;

function containerSpec(this: Suite): void {
  this.timeout(900_000);
  after(() => docker("rm", "--force", container).catch(() => undefined));

  it("runs the system, with a list of packages that has expired", async () => {
    // A signal reaches every process in the foreground, as a terminal's Ctrl-C does.
    const init = ["--init", "--env", "TINI_KILL_PROCESS_GROUP=1"];
    const run = ["run", "--rm", "--interactive", ...init, "--user", "node", "--name", container, image, "sh", "-c", unpackAndStart];
    const command = ["-c", `${pack} | exec docker "$@"`, "sh", ...run];
    const child = spawn("bash", command, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "pipe"], detached: true });
    endWithThisProcess(child);
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => lines.push(line));
    const exitCode = once(child, "close").then(([code]: unknown[]) => code);
    let ended = false;
    void exitCode.then(() => (ended = true));
    await waitUntil("the system", 800, () => {
      const said = lines.join("\n");
      if (/Ready after/.test(said)) return Promise.resolve();
      throw ended ? new UserError(`it ended:\n${said}`) : new Error(`it said:\n${said}`);
    });

    const said = lines.join("\n");
    expect(said).to.contain("✔ Java fetched from Debian");
    expect(said).to.match(/Debian's list of packages has expired \(invalid since [^)]*\), .*its signature is valid/);
    expect(await docker("exec", container, "sh", "-c", "command -v java mvn || id -u")).to.equal("1000\n");
    expect(await docker("exec", container, "node", "--input-type=module", "-e", example)).to.equal("200 59.98\n");

    await docker("kill", "--signal", "INT", container);
    await exitCode;
    // npm may have the last word, about a newer npm.
    expect(lines.filter((line) => line.startsWith("✔ stopped"))).to.have.length(1);
    expect(lines.join("\n")).to.not.contain("✘");
  });
}

const title = "a container with Node.js and npm, without Java, Maven or root";
const obstacle = findObstacle();
if (obstacle !== undefined) console.log(`  skipped: ${title}, because ${obstacle}`);
else describe(title, containerSpec);
