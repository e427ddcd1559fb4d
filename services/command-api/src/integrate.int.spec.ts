import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateEventStore } from "@cart/migrations";
import { bearer, tokenEnv, useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { type CommandApi, startCommandApi } from "./testing/startCommandApi.ts";

type Block = { readonly language: string; readonly text: string };
type Step = { readonly command: string; readonly status: string };

const guide = readFileSync(new URL("../../../docs/integrate.md", import.meta.url), "utf8");

/** The code blocks of the section with this heading. */
const blocksOf = (heading: string): readonly Block[] => {
  const section = guide.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", text = ""]) => ({ language, text }));
};
const textsOf = (heading: string, language: string): readonly string[] =>
  blocksOf(heading).flatMap((block) => (block.language === language ? [block.text] : []));

/** The variables that the section shows. */
const settingsOf = (heading: string): Record<string, string> =>
  Object.fromEntries(
    textsOf(heading, "env").flatMap((text) => [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value])),
  );
const stepsOf = (heading: string): readonly Step[] =>
  textsOf(heading, "sh").flatMap((text) =>
    [...text.matchAll(/(.*?)^# (\d{3})$\n/gms)].map(([, command = "", status = ""]) => ({ command, status })),
  );

describe("docs/integrate.md", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });
  let folder: string;
  let api: CommandApi | undefined;
  before(() => void (folder = mkdtempSync(join(tmpdir(), "integrate-"))));
  after(() => rmSync(folder, { recursive: true }));
  afterEach(async () => {
    await api?.stop();
    api = undefined;
  });

  const tokenOf = async (claims: Parameters<typeof bearer>[0]): Promise<string> =>
    (await bearer(claims)).Authorization.replace("Bearer ", "");

  /** Writes the programs that the section shows, each under the name in its first line. */
  const writePrograms = (heading: string): void => {
    for (const text of textsOf(heading, "js")) {
      const [, name] = /^\/\/ (\S+)\n/.exec(text) ?? [];
      if (name === undefined) throw new Error(`a program of "${heading}" does not name its file in its first line`);
      writeFileSync(join(folder, name), text);
    }
  };

  /** Runs one command of the page, and resolves to the status of its answer. */
  const run = async (command: string, env: Readonly<Record<string, string>>): Promise<string> => {
    const script = `set -euo pipefail\ncurl() { command curl --silent --output answer.json --write-out '%{http_code}' "$@"; }\n${command}`;
    const shell = spawn("bash", ["-c", script], { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    shell.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await once(shell, "close");
    return output;
  };

  /** Runs every command of the section on a service with the section's settings. */
  const runSection = async (heading: string, settings: Readonly<Record<string, string>>): Promise<void> => {
    api = await startCommandApi(database.url(), () => new Date(), { ...tokenEnv, ...settings });
    const env = {
      ...settings,
      CARTS: `http://127.0.0.1:${api.port}`,
      BACK_END: await tokenOf({ sub: "back-end", tenant_id: "default", scope: "carts:admin" }),
      SHOPPER: await tokenOf({ sub: "user-123", tenant_id: "default" }),
    };
    const steps = stepsOf(heading);
    expect(steps.length).to.be.greaterThan(1);
    // Each command has a shell of its own, so the variables that commands before it have set are set again.
    let variables = "";
    for (const { command, status } of steps) {
      expect(await run(variables + command, env), `${command}\n${readAnswer(folder)}`).to.equal(status);
      variables += [...command.matchAll(/^[A-Z_]+=.*\n/gm)].join("");
    }
  };

  it("shows a shop with a back end only, as it works", async () => {
    await runSection("Back end only", {});
  });

  it("shows a browser with signed prices, as it works", async () => {
    writePrograms("Browser with signed prices");
    await runSection("Browser with signed prices", settingsOf("Browser with signed prices"));
  });

  it("shows a shop with a check, as it works", async () => {
    writePrograms("With a check");
    // Only the port differs from the page, because another program may have it.
    const { port } = await freePort();
    const settings = { ...settingsOf("With a check"), CART_CHECK_URL: `http://127.0.0.1:${port}/check` };
    const check = spawn(process.execPath, ["check.mjs"], {
      cwd: folder,
      env: { ...process.env, ...settings },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await once(check.stdout, "data");
      await runSection("With a check", settings);
    } finally {
      check.kill();
      await once(check, "exit");
    }
  });
});

const readAnswer = (folder: string): string => {
  try {
    return readFileSync(join(folder, "answer.json"), "utf8");
  } catch {
    return "";
  }
};

const freePort = async (): Promise<{ readonly port: number }> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a server on a port has an address");
  return { port: address.port };
};
