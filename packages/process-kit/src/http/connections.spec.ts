import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { defaultHttpLimits, type HttpLimits } from "./httpLimits.ts";
import { type HttpServer, listen } from "./listen.ts";

const host = "127.0.0.1";
/** More than the system's own buffers take of an answer that nobody reads. */
const large = Buffer.alloc(16 * 1024 * 1024, "x");

describe("the connections of a server", () => {
  const servers: HttpServer[] = [];
  const sockets: Socket[] = [];
  afterEach("everything is closed", async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  const serve = async (app: RequestListener, limits: Partial<HttpLimits> = {}): Promise<HttpServer> => {
    const server = await listen(app, { port: 0, host, limits: { ...defaultHttpLimits, ...limits } });
    servers.push(server);
    return server;
  };
  /** A client that reads nothing until it is told to. */
  const open = async ({ port }: HttpServer): Promise<Socket> => {
    const socket = connect(port, host);
    sockets.push(socket);
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.pause();
    return socket;
  };
  const request = (path: string, method = "GET"): string => `${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const untilClosed = async (socket: Socket): Promise<string> => {
    let text = "";
    socket
      .setEncoding("latin1")
      .on("data", (data) => (text += String(data)))
      .resume();
    await once(socket, "close");
    return text;
  };
  /** Waits until the condition holds. */
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    for (const start = performance.now(); !holds(); await delay(10)) {
      if (performance.now() - start > 10_000) throw new Error(`gave up waiting for ${what}`);
    }
  };

  it("have their pipelined requests answered one after another and in order", async () => {
    const answered: string[] = [];
    let running = 0;
    let most = 0;
    const server = await serve((req, res) => {
      running += 1;
      most = Math.max(most, running);
      let body = "";
      req.on("data", (data) => (body += String(data)));
      req.on("end", () => {
        setTimeout(() => {
          running -= 1;
          answered.push(`${req.method} ${req.url} ${body}`);
          res.setHeader("X-Path", String(req.url));
          if (req.url === "/last") res.setHeader("Connection", "close");
          res.end(`<${req.url}>`);
        }, 10 - answered.length);
      });
    });
    const socket = await open(server);
    // The body arrives in two packets while the requests before it are being answered.
    const posted = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nbo";
    socket.write(request("/a") + request("/head", "HEAD") + posted);
    await until("the first answer", () => answered.length > 0);
    socket.write(`dy!!${request("/c")}${request("/last")}${request("/never")}`);
    const text = await untilClosed(socket);
    expect(answered).to.deep.equal(["GET /a ", "HEAD /head ", "POST /b body!!", "GET /c ", "GET /last "]);
    expect([...text.matchAll(/X-Path: (\S+)/g)].map(([, path]) => path)).to.deep.equal(["/a", "/head", "/b", "/c", "/last"]);
    expect([...text.matchAll(/<\S+>/g)].map(String)).to.deep.equal(["</a>", "</b>", "</c>", "</last>"]);
    expect(most).to.equal(1);
  });

  it("hold one unread answer each, however many requests they have sent", async () => {
    let calls = 0;
    const server = await serve(
      (_req, res) => {
        calls += 1;
        res.end(large);
      },
      { maxPipelinedRequests: 1_000, sendTimeoutMs: 400 },
    );
    const socket = await open(server);
    socket.write(request("/").repeat(200));
    // Bytes that it sends do not count as progress.
    await untilCut(socket);
    expect(calls).to.equal(1);
  });

  it("are watched again after the last one has closed", async () => {
    let closed = 0;
    const server = await serve(
      (_req, res) => {
        res.once("close", () => (closed += 1));
        res.end(large);
      },
      { sendTimeoutMs: 400 },
    );
    for (let n = 1; n <= 2; n += 1) {
      const socket = await open(server);
      socket.write(request("/"));
      await until("the server to cut the connection off", () => closed === n);
    }
  });

  it("are cut off when they send too many requests ahead", async () => {
    const calls: string[] = [];
    let first: ServerResponse | undefined;
    const server = await serve(
      (req, res) => {
        calls.push(String(req.url));
        first ??= res;
      },
      { maxPipelinedRequests: 3 },
    );
    const allowed = await open(server);
    allowed.write(request("/allowed") + request("/ahead").repeat(3));
    await until("the first request", () => calls.length === 1);
    const socket = await open(server);
    socket.write(request("/").repeat(5));
    await untilClosed(socket);
    first?.end();
    await until("the next request", () => calls.length > 2);
    expect(calls).to.deep.equal(["/allowed", "/", "/ahead"]);
  });

  it("have their remaining requests dropped when the client disconnects", async () => {
    const calls: string[] = [];
    let closed = false;
    const server = await serve((req, res) => {
      calls.push(String(req.url));
      res.once("close", () => (closed = true));
    });
    const socket = await open(server);
    socket.write(request("/first") + request("/second"));
    await until("the first request", () => calls.length === 1);
    socket.destroy();
    await until("the end", () => closed);
    await delay(20);
    expect(calls).to.deep.equal(["/first"]);
  });

  it("stay open while they are idle, and while a slow client keeps reading", async () => {
    const server = await serve(
      async (_req, res) => {
        res.write("begin");
        await delay(3_500);
        for (let n = 0; n < 20; n += 1) if (!res.write(Buffer.alloc(1024 * 1024, "x"))) await once(res, "drain");
        res.end("end");
      },
      { sendTimeoutMs: 3_000 },
    );
    const socket = await open(server);
    socket.write(request("/"));
    let text = "";
    const started = performance.now();
    while (!text.endsWith("0\r\n\r\n")) {
      const data: unknown = socket.read();
      if (Buffer.isBuffer(data)) text = (text + data.subarray(-100).toString("latin1")).slice(-100);
      if (socket.destroyed) break;
      await delay(1);
    }
    expect(text).to.include("end");
    expect(performance.now() - started).to.be.above(3_000);
  });

  it("share the limit of unsent bytes: the client that has waited longest is cut off", async () => {
    let calls = 0;
    const server = await serve(
      (_req, res) => {
        calls += 1;
        res.end(large);
      },
      { maxUnsentBytes: 40 * 1024 * 1024 },
    );
    const clients: Socket[] = [];
    for (let n = 0; n < 3; n += 1) {
      const socket = await open(server);
      clients.push(socket);
      socket.write(request("/"));
      await until("the request", () => calls > n);
    }
    const ended = await Promise.race(clients.map(async (socket, n) => untilCut(socket).then(() => n)));
    expect(ended).to.equal(0);
    expect(clients.map(({ destroyed }) => destroyed)).to.deep.equal([true, false, false]);
  });

  it("are bounded in number", async () => {
    const server = await serve((_req, res) => res.end("ok"), { maxConnections: 2 });
    const [first, second] = [await open(server), await open(server)];
    const third = await open(server);
    third.write(request("/"));
    expect(await untilClosed(third)).to.equal("");
    first.destroy();
    await delay(50);
    const fourth = await open(server);
    fourth.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await untilClosed(fourth)).to.include("200 OK");
    second.destroy();
  });

  const held: readonly [string, string][] = [
    ["does not read its answer", request("/")],
    ["does not read the first of several answers", request("/").repeat(5)],
    ["has sent half of a request", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"],
    ["has sent half of the headers", "GET / HTTP/1.1\r\nHo"],
  ];
  for (const [title, sent] of held) {
    it(`do not delay the server's shutdown: a client that ${title}`, async () => {
      const server = await serve((req, res) => {
        req.resume();
        req.once("end", () => res.end(large));
      });
      const socket = await open(server);
      socket.write(sent);
      // A connection after it is served, so the server has what was sent on the first.
      const other = await open(server);
      other.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      await untilClosed(other);
      const started = performance.now();
      await server.close();
      expect(performance.now() - started).to.be.below(4_000);
      servers.splice(0);
    });
  }
});

/** A client that does not read learns of the cut by an error when it sends: it sends a request without an end. */
const untilCut = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.write("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    const sending = setInterval(() => socket.write("x"), 50);
    socket.once("close", () => {
      clearInterval(sending);
      resolve();
    });
  });
