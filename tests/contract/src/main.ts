import { runParts, runSuite } from "@cart/tests-common";
import { step } from "@cart/tools/own-servers";
import { installSchemathesis, tryDocument } from "./schemathesis.ts";
import { seed } from "./seed.ts";
import { startSystem } from "./system.ts";
import { adminToken } from "./token.ts";

await runSuite({
  script: "test:contract",
  about: `Runs both APIs as real processes on a MySQL and a Kafka of its own, and sends them requests that Schemathesis
makes of their OpenAPI documents: valid and broken ones, with a fixed seed. Exit code 1 if an answer is a 500 or
is not as the document says: its status, content type, headers and body. Needs Python; tests/contract/schemathesis.toml
says what is sent.`,
  part: "API",
  // query-api is tested first, while the carts are still as they were created.
  parts: [{ name: "query-api" }, { name: "command-api" }] as const,
  maxMinutes: 30,
  run: async ({ chosen, folder, report, signal, atEnd }) => {
    const program = await step(report, "Schemathesis installed", installSchemathesis);
    const { commandApi, queryApi, stop } = await step(report, "system started", () => startSystem(folder, report));
    atEnd(stop);
    const token = await adminToken();
    await step(report, "carts made", () => seed({ commandApi, queryApi, token }));
    const urls = { "query-api": queryApi, "command-api": commandApi };
    const mistakes = await runParts({
      parts: chosen,
      report,
      signal,
      run: ({ name }) => tryDocument({ program, url: urls[name], token, folder, signal }),
      describe: (found) => (found.length === 0 ? "answers as its document says" : `✘ ${found.join("; ")}`),
    });
    return { mistakeCount: mistakes.flat().length };
  },
});
