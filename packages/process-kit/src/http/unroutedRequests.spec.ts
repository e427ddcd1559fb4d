import { once } from "node:events";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { expect } from "chai";
import { answerRefusedRequests } from "./unroutedRequests.ts";

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const malformed = "no request at all\r\n\r\n";

describe("a malformed request", () => {
  let server: Server | undefined;
  let client: Socket | undefined;
  afterEach(() => {
    client?.destroy();
    server?.close();
  });

  /** Connects to a server with the app. `text` is what the client has received, `closed` resolves when the server has cut it off. */
  const open = async (app: RequestListener) => {
    server = createServer(app);
    answerRefusedRequests(server);
    await new Promise<void>((resolve) => void server?.listen(0, "127.0.0.1", resolve));
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    client = socket;
    const received = { text: "" };
    socket.setEncoding("latin1").on("data", (data) => (received.text += String(data)));
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return { socket, received, closed: once(socket, "close") };
  };

  it("is answered with a problem if no earlier request of its connection waits for an answer", async () => {
    const { socket, received, closed } = await open((_req, res) => res.end());
    socket.write(malformed);
    await closed;
    expect(received.text).to.match(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/);
    expect(JSON.parse(received.text.split("\r\n\r\n")[1] ?? "")).to.deep.include({ type: "/problems/bad-request", status: 400 });
  });

  it("is answered after the answers of all earlier requests", async () => {
    const { socket, received, closed } = await open((req, res) => res.end(`answer to ${req.url ?? ""}`));
    socket.write(request("/1") + request("/2"));
    while (!received.text.includes("answer to /2")) await once(socket, "data");
    socket.write(malformed);
    await closed;
    expect(received.text.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 400"]);
  });

  // The client would take the second answer for a part of the first one.
  for (const answered of [0, 1]) {
    it(`is not answered while ${2 - answered} of two earlier requests wait for an answer`, async () => {
      const waiting: ServerResponse[] = [];
      let arrived = (): void => undefined;
      const bothArrived = new Promise<void>((resolve) => (arrived = resolve));
      const { socket, received, closed } = await open((_req, res) => {
        waiting.push(res);
        if (waiting.length === 2) arrived();
      });
      socket.write(request("/1") + request("/2"));
      await bothArrived;
      if (answered === 1) {
        waiting[0]?.end("first");
        while (!received.text.includes("first")) await once(socket, "data");
      }
      socket.write(malformed);
      await closed;
      expect(received.text.match(/HTTP\/1\.1 \d+/g) ?? []).to.deep.equal(answered === 1 ? ["HTTP/1.1 200"] : []);
    });
  }
});
