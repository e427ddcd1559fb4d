import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { exampleOf, installPacked, type PackedPackage, timeout } from "./packed.ts";

describe("the packed kit for subscribers", function () {
  this.timeout(120_000);
  let events: PackedPackage;
  before(async () => (events = await installPacked("events", ["ajv", "typebox", "kafkajs"])));
  after(() => events.remove());

  it("needs libraries alone, by versions that npm knows", async () => {
    const manifest: unknown = JSON.parse(await readFile(join(events.installed, "package.json"), "utf8"));
    expect(manifest).to.have.property("dependencies").that.has.all.keys("ajv", "typebox");
    expect(manifest).to.have.nested.property("dependencies.ajv").that.match(/^\^\d/);
    expect(manifest).to.have.nested.property("peerDependencies.kafkajs").that.match(/^\^\d/);
  });

  const mistakes: readonly (readonly [string, string])[] = [
    ['"CartPurchased"', '"CartPurchase"'],
    ["event.data.total_amount", "event.data.total"],
    ["event.eventId", "event.id"],
    ["groupId:", "group:"],
  ];
  for (const [where, options] of Object.entries({
    "Node.js": { module: "nodenext" },
    "a bundler": { module: "esnext", moduleResolution: "bundler" },
  })) {
    it(`has types for ${where}, with which the example of its README compiles, and with a mistake does not`, async () => {
      const example = exampleOf(await readFile(join(events.installed, "README.md"), "utf8"), "ts");
      const declared = `declare const countOrder: (id: string, amount: number, signal: AbortSignal) => Promise<void>;
declare const countItem: (id: string, item: string, signal: AbortSignal) => Promise<void>;\n${example}`;
      const compilerOptions = { types: ["node"], ...options };
      expect(await events.compile(compilerOptions, { "example.ts": declared })).to.equal("");
      const wrong = mistakes.map(([right, mistake], index) => [`wrong${index}.ts`, declared.replaceAll(right, mistake)] as const);
      const said = await events.compile(compilerOptions, Object.fromEntries(wrong));
      for (const [file] of wrong) expect(said).to.contain(`${file}(`);
    });
  }

  it("runs in Node.js with the domain's schemas built in", async () => {
    const program = `import * as events from "@cart/events"; events.createEventDecoder();
      console.log(Object.keys(events).sort().join(), Object.keys(events.eventCatalogs).join());`;
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program], { cwd: events.folder, timeout });
    expect(stdout).to.equal(
      "EventError,MessageError,ValueTooLargeError,createEventDecoder,createSeenEvents,decodeEventMessage,eventCatalogs,identifyMessage,subscribe Cart,TenantPolicy",
    );
  });
});
