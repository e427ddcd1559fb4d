import { once } from "node:events";
import { Agent, get, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import express from "express";
import { type HttpServer, listen } from "./listen.ts";
import type { HttpApp } from "./unroutedRequests.ts";

const host = "127.0.0.1";

const request = (port: number, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get({ port, host, agent }, resolve).on("error", reject);
  });

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
};

describe("listen", () => {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());

  it("names the address that is in use", async () => {
    const first = await listen((_req, res) => res.end(), { port: 0, host });
    try {
      const error: unknown = await listen((_req, res) => res.end(), { port: first.port, host }).catch((reason: unknown) => reason);
      expect(error)
        .to.be.instanceOf(Error)
        .with.property("message", `cannot listen on ${host}:${first.port}: another process uses the port`);
      expect(error).to.have.nested.property("cause.code", "EADDRINUSE");
    } finally {
      await first.close();
    }
  });

  it("closes idle connections that a client keeps alive", async () => {
    const server = await listen((_req, res) => res.end("ok"), { port: 0, host });
    expect(await textOf(await request(server.port, agent))).to.equal("ok");
    await server.close();
  });

  it("closes a connection on which no request arrives", async () => {
    const server = await listen((_req, res) => res.end(), { port: 0, host });
    const socket = connect(server.port, host);
    await once(socket, "connect");
    // A connection after it has been served, so the server has the first one too.
    (await request(server.port, agent)).resume();
    const closed = once(socket, "close");
    // Without that it takes as long as the server waits for headers.
    await server.close();
    await closed;
  });

  const begins: readonly [string, (res: ServerResponse) => void][] = [
    ["has not begun its answer", () => {}],
    ["has begun its answer", (res) => res.flushHeaders()],
  ];
  for (const [state, begin] of begins) {
    it(`answers a request that ${state} before it is closed, and accepts no new connection`, async () => {
      let arrive: (res: ServerResponse) => void = () => {};
      const arrival = new Promise<ServerResponse>((resolve) => (arrive = resolve));
      const server = await listen((_req, res) => arrive(res), { port: 0, host });
      const running = request(server.port, agent);
      const res = await arrival;
      begin(res);

      let closed = false;
      const closing = server.close().then(() => (closed = true));
      const refused: unknown = await request(server.port, new Agent()).catch((error: unknown) => error);
      expect(refused).to.have.property("code", "ECONNREFUSED");
      expect(closed).to.equal(false);

      res.end("late");
      expect(await textOf(await running)).to.equal("late");
      // The client would keep the connection: unless the server ends it, this takes as long as the keep-alive timeout.
      await closing;
    });
  }

  it("keeps connections longer than load balancers do", async () => {
    const server = await listen((_req, res) => res.end(), { port: 0, host });
    const response = await request(server.port, agent);
    response.resume();
    await once(response, "end");
    expect(response.headers["keep-alive"]).to.equal("timeout=65");
    await server.close();
  });

  it("makes requests and responses with the prototypes that an Express app gives them, which are slow to change", async () => {
    const inner = express().get("/", (req, res) => void res.send(`${req.app === inner} ${res.app === inner}`));
    const prototypesOf = (req: object, res: object) => [Object.getPrototypeOf(req), Object.getPrototypeOf(res)] as const;
    const unchanged: boolean[] = [];
    // The route answers before `handle` returns, so Express has done with both objects whatever it does to them.
    const app = new Proxy<HttpApp>(inner, {
      apply: (handle, _this, [req, res, next]: Parameters<HttpApp>) => {
        const made = prototypesOf(req, res);
        handle(req, res, next);
        const given = prototypesOf(req, res);
        unchanged.push(made[0] === given[0], made[1] === given[1]);
      },
    });
    // An app may be served on several ports.
    const servers: HttpServer[] = [];
    try {
      for (const port of [0, 0]) servers.push(await listen(app, { port, host }));
      for (const { port } of servers) expect(await textOf(await request(port, agent))).to.equal("true true");
    } finally {
      for (const { close } of servers) await close();
    }
    expect(unchanged).to.deep.equal([true, true, true, true]);
  });
});
