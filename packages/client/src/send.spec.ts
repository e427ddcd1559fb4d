import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { expect } from "chai";
import { createCartClient, ifVersion, result } from "./cartClient.ts";
import { CartProblem, CartUnreachable } from "./problems.ts";

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string };
type Answer = (response: ServerResponse) => void;

const id = "550e8400-e29b-41d4-a716-446655440000";
const path = { id };
const body = { user_id: "user-1", item_id: "item-1", price: 1 };

const json = (status: number, content: object, headers: Readonly<Record<string, string>> = {}): Answer => {
  const type = status < 300 ? "application/json" : "application/problem+json";
  return (response) => response.writeHead(status, { "Content-Type": type, ...headers }).end(JSON.stringify(content));
};
const unavailable = json(503, { type: "/problems/unavailable", title: "Unavailable", status: 503 });
const executed = json(200, { aggregate_id: id, version: 2, events: [], status: "success", executed_at: "2026-01-01T00:00:00.000Z" });
const cutOff: Answer = (response) => void response.destroy();
const cutShort: Answer = (response) => {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" }).write('{"version":');
  setImmediate(() => response.destroy());
};
const silent: Answer = () => undefined;

describe("a request of the client", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  /** A client of a server that gives these answers in turn, and what the server has received. */
  const clientOf = async (...answers: readonly Answer[]) => {
    const received: Received[] = [];
    const started = createServer((request, response) => {
      let text = "";
      request.on("data", (data: Buffer) => (text += data.toString()));
      request.on("end", () => {
        const answer = answers[received.length];
        received.push({ headers: request.headers, body: text });
        answer?.(response);
      });
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    const address = started.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    let tokens = 0;
    const client = createCartClient({
      commandApi: url,
      queryApi: url,
      token: () => `token-${(tokens += 1)}`,
      attempts: 3,
      backoff: { baseMs: 1, maxMs: 5 },
      attemptTimeoutMs: 500,
    });
    return { client, received };
  };

  for (const [what, failure] of Object.entries({
    "a 503": unavailable,
    "a closed connection": cutOff,
    "an answer that is cut short": cutShort,
    silence: silent,
  })) {
    it(`is repeated after ${what}, with the same key and body and a new token`, async () => {
      const { client, received } = await clientOf(failure, executed);
      expect((await result(client.commands.POST("/carts/{id}/items", { params: { path }, body }))).version).to.equal(2);
      expect(received.map(({ headers }) => headers.authorization)).to.deep.equal(["Bearer token-1", "Bearer token-2"]);
      expect(received[0]?.headers["idempotency-key"]).to.match(/^[0-9a-f-]{36}$/);
      expect(received[1]?.headers["idempotency-key"]).to.equal(received[0]?.headers["idempotency-key"]);
      expect(received.map((each) => JSON.parse(each.body) as unknown)).to.deep.equal([body, body]);
    });
  }

  it("has a key of its own for each command, or the caller's, and none for a query", async () => {
    const { client, received } = await clientOf(
      executed,
      executed,
      executed,
      json(404, { type: "/problems/not-found", title: "No", status: 404 }),
    );
    await client.commands.POST("/carts/{id}/items", { params: { path }, body });
    await client.commands.POST("/carts/{id}/items", { params: { path }, body });
    await client.commands.POST("/carts/{id}/items", { params: { path, header: { ...ifVersion(1), "Idempotency-Key": "mine" } }, body });
    await client.queries.GET("/carts/{id}", { params: { path } });
    const keys = received.map(({ headers }) => headers["idempotency-key"]);
    expect(keys[0]).to.not.equal(keys[1]);
    expect(keys.slice(2)).to.deep.equal(["mine", undefined]);
    expect(received[2]?.headers["if-match"]).to.equal('"1"');
  });

  it("that is refused throws a problem with its type, and is not repeated", async () => {
    const { client, received } = await clientOf(
      json(412, { type: "/problems/version-mismatch", title: "No", status: 412, current_version: 5 }),
    );
    const error: unknown = await result(client.commands.POST("/carts/{id}/submit", { params: { path } })).catch(
      (reason: unknown) => reason,
    );
    if (!(error instanceof CartProblem)) throw new Error("expected a problem", { cause: error });
    expect([error.is("/problems/version-mismatch"), error.is("/problems/unavailable"), error.body["current_version"]]).to.deep.equal([
      true,
      false,
      5,
    ]);
    expect(received).to.have.length(1);
  });

  it("throws the last problem after its attempts, and a problem without a type if a gateway answered", async () => {
    const gateway: Answer = (response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<h1>Bad Gateway</h1>");
    const { client, received } = await clientOf(unavailable, unavailable, gateway);
    const error: unknown = await result(client.queries.GET("/carts/{id}", { params: { path } })).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(CartProblem).and.include({ type: "about:blank", status: 502 });
    expect(received).to.have.length(3);
  });

  it("that gets no answer says so after its attempts, with the cause", async () => {
    const { client } = await clientOf(cutOff, cutOff, cutOff);
    const error: unknown = await client.queries.GET("/carts/{id}", { params: { path } }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(CartUnreachable);
    expect(error).to.have.property("cause").that.is.instanceOf(Error);
  });

  it("does not wait as long as a server asks if that is longer than every wait", async () => {
    const later = json(429, { type: "/problems/rate-limited", title: "Later", status: 429 }, { "Retry-After": "3600" });
    const { client, received } = await clientOf(later, executed);
    const error: unknown = await result(client.commands.POST("/carts/{id}/items", { params: { path }, body })).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(CartProblem).and.include({ status: 429 });
    expect(received).to.have.length(1);
  });

  it("ends at once when its signal is aborted", async () => {
    const { client, received } = await clientOf(silent, executed);
    const abort = new AbortController();
    const call = client.queries.GET("/carts/{id}", { params: { path }, signal: abort.signal }).catch((reason: unknown) => reason);
    const untilReceived = async (): Promise<void> => {
      while (received.length === 0) await new Promise((resolve) => void setImmediate(resolve));
    };
    await untilReceived();
    abort.abort();
    expect(await call).to.have.property("name", "AbortError");
    expect(received).to.have.length(1);
  });
});
