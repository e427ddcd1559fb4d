import { connect, createServer } from "node:net";
import { expect } from "chai";
import { type HeldPort, placeServices } from "./placeServices.ts";
import type { ServiceDefinition } from "./services.ts";

const service = (name: string, port: number): ServiceDefinition => ({ name, port, portVariable: `${name.toUpperCase()}_PORT`, about: "" });
const allFree = (): Promise<HeldPort> => Promise.resolve({ release: () => Promise.resolve() });
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no failure",
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );

/** A port that this process listened on a moment ago, and the server that still does if it is kept. */
const occupied = async (): Promise<{ port: number; free: () => Promise<void> }> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, free: () => new Promise((resolve) => void server.close(() => resolve())) };
};

describe("the services' ports", () => {
  it("are the usual ones, or those that the environment names", async () => {
    const placed = await placeServices([service("a", 8080), service("b", 8081)], { A_PORT: "", B_PORT: "9081" }, allFree);
    expect(placed.map(({ name, listensOn }) => [name, listensOn])).to.deep.equal([
      ["a", 8080],
      ["b", 9081],
    ]);
  });

  it("are reported with service and variable if other programs use them", async () => {
    const [first, second] = [await occupied(), await occupied()];
    try {
      expect(await failure(placeServices([service("a", first.port), service("b", second.port)], {}))).to.equal(
        `UserError: port ${first.port} of a is in use by another program: stop that program, or set A_PORT to a free port\n` +
          `port ${second.port} of b is in use by another program: stop that program, or set B_PORT to a free port`,
      );
    } finally {
      await Promise.all([first.free(), second.free()]);
    }
  });

  it("are numbers, each used by only one service", async () => {
    expect(await failure(placeServices([service("a", 1)], { A_PORT: "http" }, allFree))).to.contain(
      'A_PORT is "http", which is not a port',
    );
    expect(await failure(placeServices([service("a", 8080), service("b", 8081)], { B_PORT: "8080" }, allFree))).to.contain(
      "a and b cannot both have port 8080: set B_PORT",
    );
  });

  it("are held until they are released, and turn clients away", async () => {
    const { port, free } = await occupied();
    await free();
    const [placed] = await placeServices([service("a", port)], {});
    expect(await failure(placeServices([service("a", port)], {}))).to.contain(`port ${port} of a is in use`);
    await new Promise((resolve) => connect(port, "127.0.0.1").once("close", resolve).resume());
    await placed?.held.release();
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
    server.close();
  });

  it("are all released if one of them is not available", async () => {
    const released: number[] = [];
    const hold = (port: number): Promise<HeldPort | undefined> =>
      Promise.resolve(port === 2 ? undefined : { release: async () => void released.push(port) });
    await failure(placeServices([service("a", 1), service("b", 2), service("c", 3)], {}, hold));
    expect(released).to.deep.equal([1, 3]);
  });
});
