import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { explain, onStopRequest, reportToStderr, step } from "@cart/tools/own-servers";
import { installSchemathesis, tryDocument } from "./schemathesis.ts";
import { seed } from "./seed.ts";
import { startSystem, type System } from "./system.ts";
import { adminToken } from "./token.ts";

const help = `npm run test:contract

Runs both APIs as real processes on a MySQL and a Kafka of its own, and sends them requests that Schemathesis
makes of their OpenAPI documents: valid and broken ones, with a fixed seed. Exit code 1 if an answer is a 500 or
is not as the document says: its status, content type, headers and body. Needs Python; tests/contract/schemathesis.toml
says what is sent.
`;

const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });

const run = async (signal: AbortSignal): Promise<number> => {
  const report = reportToStderr;
  const program = await step(report, "Schemathesis installed", installSchemathesis);
  const folder = await mkdtemp(join(tmpdir(), "cart-contract-"));
  let system: System | undefined;
  try {
    system = await step(report, "system started", () => startSystem(folder, report));
    const { commandApi, queryApi } = system;
    const token = await adminToken();
    await step(report, "carts made", () => seed({ commandApi, queryApi, token }));
    let failed = 0;
    // query-api is tested first, while the carts are still as they were created.
    for (const [name, url] of Object.entries({ "query-api": queryApi, "command-api": commandApi })) {
      if (signal.aborted) return 130;
      report(`… ${name}`);
      const mistakes = await tryDocument({ program, url, token, folder, signal });
      for (const mistake of mistakes) report(`✘ ${name}: ${mistake}`);
      if (mistakes.length === 0) report(`✔ ${name} answers as its document says`);
      failed += mistakes.length;
    }
    return failed === 0 ? 0 : 1;
  } finally {
    await step(report, "stopped", async () => {
      await system?.stop();
      await rm(folder, { recursive: true, force: true });
    });
  }
};

if (values.help === true) console.log(help);
else {
  const stopping = new AbortController();
  onStopRequest(
    () => stopping.abort(),
    () => process.exit(1),
  );
  try {
    process.exitCode = await run(stopping.signal);
  } catch (error) {
    console.error(`✘ ${explain(error)}`);
    process.exitCode = 1;
  }
}
