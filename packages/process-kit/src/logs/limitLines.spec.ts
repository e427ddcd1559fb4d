import { expect } from "chai";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { createLogger } from "./createLogger.ts";
import { limitLines } from "./limitLines.ts";

describe("limitLines", () => {
  it("writes the first lines of each kind, and then the number of omitted lines", async () => {
    const lines: string[] = [];
    const ended = new PassThrough();
    const destination = {
      write: (line: string) => {
        lines.push(line);
        if (line.includes("left_out")) ended.write(line);
      },
    };
    const write = limitLines(createLogger({ service: "kit", level: "info", destination }), { linesOfKind: 2, periodMs: 50 });
    for (let n = 0; n < 1_000; n++) write({ level: "info", kind: "401", line: { n }, message: "request" });
    write({ level: "info", kind: "404", line: {}, message: "request" });
    expect(lines).to.have.length(3);
    // The timer of the limit keeps no process alive, so the test does.
    const waiting = setInterval(() => undefined, 1_000);
    await once(ended, "data");
    clearInterval(waiting);
    expect(lines).to.have.length(4);
    expect(lines[3]).to.contain('"kind":"401","left_out":998');
    write({ level: "info", kind: "401", line: {}, message: "request" });
    expect(lines).to.have.length(5);
  });
});
