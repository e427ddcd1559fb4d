import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { untilReady } from "./startSystem.ts";

describe("waiting for a service", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it("does not end with the answer of another program on its port", async () => {
    const answers: readonly (string | undefined)[] = [undefined, "another start", "this start"];
    let asked = 0;
    const listening = createServer((_request, response) => {
      const instanceId = answers[Math.min(asked++, answers.length - 1)];
      if (instanceId !== undefined) response.setHeader("Instance-Id", instanceId);
      response.end(JSON.stringify({ status: "ready" }));
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = listening.address();
    const listensOn = typeof address === "object" && address !== null ? address.port : 0;
    await untilReady({ name: "a", listensOn }, "this start", new AbortController().signal);
    expect(asked).to.equal(3);
  });
});
