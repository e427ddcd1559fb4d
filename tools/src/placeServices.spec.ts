import { createServer } from "node:net";
import { expect } from "chai";
import { placeServices } from "./placeServices.ts";
import type { ServiceDefinition } from "./services.ts";

const service = (name: string, port: number): ServiceDefinition => ({ name, port, portVariable: `${name.toUpperCase()}_PORT`, about: "" });
const allFree = (): Promise<boolean> => Promise.resolve(true);
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no failure",
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );

describe("the services' ports", () => {
  it("are the usual ones, or those that the environment names", async () => {
    const placed = await placeServices([service("a", 8080), service("b", 8081)], { A_PORT: "", B_PORT: "9081" }, allFree);
    expect(placed.map(({ name, listensOn }) => [name, listensOn])).to.deep.equal([
      ["a", 8080],
      ["b", 9081],
    ]);
  });

  it("name the service and the variable when another program has one", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      expect(await failure(placeServices([service("a", port)], {}))).to.equal(
        `UserError: port ${port} of a is in use by another program: stop that one, or set A_PORT to a free port`,
      );
    } finally {
      server.close();
    }
  });

  it("are numbers, and each a service's own", async () => {
    expect(await failure(placeServices([service("a", 1)], { A_PORT: "http" }, allFree))).to.contain(
      'A_PORT is "http", which is not a port',
    );
    expect(await failure(placeServices([service("a", 8080), service("b", 8081)], { B_PORT: "8080" }, allFree))).to.contain(
      "a and b cannot both have port 8080: set B_PORT",
    );
  });
});
