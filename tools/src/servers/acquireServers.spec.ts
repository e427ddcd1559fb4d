import { createServer, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { repositoryRoot } from "../paths.ts";
import { acquireServers } from "./acquireServers.ts";

const ready = `${JSON.stringify({ type: "ready", mysqlUrl: "mysql://root@127.0.0.1:1", kafkaBrokers: ["127.0.0.1:1"] })}\n`;
const hello = (checkout: string): string => `${JSON.stringify({ type: "hello", checkout })}\n`;

describe("a program on the test servers' port", function () {
  this.timeout(30_000);
  const named = { MYSQL_URL: process.env["MYSQL_URL"], KAFKA_BROKERS: process.env["KAFKA_BROKERS"] };
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  before("nothing names servers", () => {
    for (const name of Object.keys(named)) delete process.env[name];
  });
  after(() => {
    for (const [name, value] of Object.entries(named)) if (value !== undefined) process.env[name] = value;
  });
  afterEach(() => {
    server?.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  });

  const portOf = (answer: (socket: Socket) => void): Promise<number> =>
    new Promise((resolve) => {
      server = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        answer(socket);
      });
      server.listen(0, "127.0.0.1", () => {
        const address = server?.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  const acquireAt = async (answer: (socket: Socket) => void): Promise<unknown> =>
    acquireServers({ report: () => undefined, ports: [await portOf(answer)] }).catch((error: unknown) => String(error));

  const others: readonly (readonly [string, (socket: Socket) => void])[] = [
    ["closes each connection", (socket) => socket.end()],
    ["says nothing", () => undefined],
    ["speaks another protocol", (socket) => socket.write("220 mail.example ESMTP\r\n")],
    ["sends bytes without a line break", (socket) => socket.write("x".repeat(200_000))],
    ["runs the servers of another checkout", (socket) => socket.write(hello("/another/checkout") + ready)],
    ["offers servers before it has identified itself", (socket) => socket.write(ready)],
    ["offers servers in an invalid message", (socket) => socket.write(`${hello(repositoryRoot)}{"type":"ready","mysqlUrl":1}\n`)],
  ];
  for (const [what, answer] of others) {
    it(`is not taken for this checkout's process if it ${what}`, async () => {
      expect(await acquireAt(answer)).to.match(/are all in use by other programs/);
    });
  }

  it("is taken for this checkout's process if it identifies itself first", async () => {
    expect(await acquireAt((socket) => socket.write(hello(repositoryRoot) + ready)))
      .to.have.property("mysqlUrl")
      .that.equals("mysql://root@127.0.0.1:1");
  });
});
