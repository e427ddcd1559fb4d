import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { explain, onStopRequest, reportToStderr, step, UserError } from "@cart/tools/own-servers";
import { execa } from "execa";
import { type ComposeProject, composeProject } from "./composeProject.ts";
import { runEncrypted } from "./encryptedServers.ts";
import { assertLockedDown, imageSizes } from "./images.ts";
import { scaleOutUnderLoad } from "./scaleOut.ts";
import { seedExample } from "./seedExample.ts";

const help = `npm run test:compose

Builds the images and runs the whole system with docker compose, under a project name and ports of its own:
the first example over HTTP, three projectors and two relays under load, an orderly stop. It needs a Docker
engine with the compose plugin, and removes everything that it made but the images.
`;

const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
const report = reportToStderr;

/** The repository's own services, which must exit with 0. The exit codes of MySQL and Kafka do not matter. */
const ownServices: ReadonlySet<string> = new Set(["command-api", "query-api", "outbox-relay", "projector", "cart-abandonment", "console"]);

const run = async (project: ComposeProject): Promise<void> => {
  await step(report, "images built", () => project.compose("build"));
  await step(
    report,
    "no image over 100 MB above its base",
    () => imageSizes(project),
    (sizes) => [...sizes].map(([image, megabytes]) => `${image} ${megabytes} MB`).join(", "),
  );
  await step(report, "everything healthy", () => project.compose("up", "--detach", "--wait", "--wait-timeout", "300"));
  await step(report, "the first example answered", () => seedExample(project));
  await step(report, "containers are locked down", async () => {
    const services = (await project.containers()).filter(({ service }) => ownServices.has(service));
    for (const container of services) await assertLockedDown(project, container);
  });
  await step(
    report,
    "three projectors and two relays under load, nothing lost",
    () => scaleOutUnderLoad(project),
    (commands) => `${commands} commands`,
  );
  await step(report, "every service stopped with exit code 0", async () => {
    await project.compose("stop");
    const services = (await project.containers()).filter(({ service }) => ownServices.has(service));
    // One of each, a second relay, and two more projectors.
    assert.equal(services.length, ownServices.size + 1 + 2);
    for (const { name, state, exitCode } of services) assert.deepEqual({ name, state, exitCode }, { name, state: "exited", exitCode: 0 });
  });
  await step(report, "the same with encrypted connections and a login to Kafka", () => runEncrypted(project));
};

const main = async (): Promise<void> => {
  const { failed } = await execa("docker", ["compose", "version"], { reject: false });
  if (failed) throw new UserError("there is no Docker engine with the compose plugin: install both");
  const project = await composeProject();
  let stopped = false;
  onStopRequest(
    () => {
      report("\nstopping …");
      stopped = true;
      void project.remove().finally(() => process.exit(130));
    },
    () => process.exit(1),
  );
  try {
    await run(project);
  } catch (error) {
    // Steps that fail while the containers are being removed are not errors.
    if (stopped) return await new Promise(() => undefined);
    report(await project.compose("logs", "--no-color", "--tail", "20").catch(explain));
    throw error;
  } finally {
    if (!stopped) await step(report, "removed", () => project.remove());
  }
};

if (values.help === true) console.log(help);
else {
  try {
    await main();
    report("✔ docker compose runs the system");
  } catch (error) {
    console.error(`✘ ${explain(error)}`);
    process.exitCode = 1;
  }
}
