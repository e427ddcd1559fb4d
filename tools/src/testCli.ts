import { spawn } from "node:child_process";
import { repositoryRoot } from "./paths.ts";
import { onStopRequest } from "./onStopRequest.ts";
import { acquireServers } from "./servers/acquireServers.ts";
import { explain } from "./userError.ts";

const help = `npm test [-- OPTIONS]

Starts a real MySQL and a real Kafka (or uses the servers that MYSQL_URL and KAFKA_BROKERS name),
runs the tests of every package and service against them, and stops them.

OPTIONS go to turbo: npm test -- --filter=@cart/domain
`;

const run = async (args: readonly string[]): Promise<number> => {
  const servers = await acquireServers();
  const env = { ...process.env, MYSQL_URL: servers.mysqlUrl, KAFKA_BROKERS: servers.kafkaBrokers.join(",") };
  try {
    return await new Promise<number>((resolve, reject) => {
      // Specs wait for the servers for a good part of their time, so three packages keep two cores busy.
      // A failure in one package does not hide those in others.
      const options = ["--concurrency=3", "--continue=dependencies-successful"];
      const turbo = spawn("turbo", ["run", "test", ...options, ...args], { cwd: repositoryRoot, env, stdio: "inherit" });
      turbo.on("error", reject);
      turbo.on("close", (code) => resolve(code ?? 1));
      onStopRequest(
        () => turbo.kill("SIGINT"),
        () => turbo.kill("SIGKILL"),
      );
    });
  } finally {
    await servers.stop();
  }
};

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) console.log(help);
else {
  try {
    process.exitCode = await run(args);
  } catch (error) {
    console.error(`✘ ${explain(error)}`);
    process.exitCode = 1;
  }
}
