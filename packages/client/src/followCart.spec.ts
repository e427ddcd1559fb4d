import { createServer, type Server, type ServerResponse } from "node:http";
import { expect } from "chai";
import { followCart } from "./followCart.ts";
import { CartProblem } from "./problems.ts";

type Answer = (response: ServerResponse) => void;

const message = (version: number): string => `id: ${version}\nevent: cart\ndata: {"version":${version},"type":"CartCleared"}\n\n`;
/** Sends the text of a stream and then ends the connection as told. */
const stream =
  (text: string, end: (response: ServerResponse) => void): Answer =>
  (response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" }).write(text, () => end(response));
  };
const close = (response: ServerResponse): void => void response.end();
const breakOff = (response: ServerResponse): void => void response.destroy();
const stayOpen = (): void => undefined;
const problem =
  (status: number): Answer =>
  (response) =>
    response
      .writeHead(status, { "Content-Type": "application/problem+json" })
      .end(JSON.stringify({ type: "/problems/x", title: "X", status }));

describe("following a cart", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  /** The versions that are yielded until there are `count`, and the requests. */
  const follow = async (count: number, ...answers: readonly Answer[]) => {
    const requests: string[] = [];
    const started = createServer((request, response) => {
      const answer = answers[requests.length] ?? answers.at(-1);
      requests.push(`${request.url} ${request.headers.authorization}`);
      answer?.(response);
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    const address = started.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/s`;
    let tokens = 0;
    const token = (): string => `t${(tokens += 1)}`;
    const versions: number[] = [];
    const options = { url, afterVersion: 1, token, backoff: { baseMs: 1, maxMs: 5 }, silenceMs: 200, signal: undefined, fetch };
    for await (const { version } of followCart(options)) {
      versions.push(version);
      if (versions.length === count) break;
    }
    return { versions, requests };
  };

  it("yields each event once and in order over connections that end, break off or fall silent, each with a new token", async () => {
    const { versions, requests } = await follow(
      6,
      stream(message(2), close),
      stream(message(3) + message(4).slice(0, 20), breakOff),
      problem(503),
      stream(`:\n\n${message(3)}${message(4)}`, stayOpen),
      stream(message(5) + message(6) + message(7), stayOpen),
    );
    expect(versions).to.deep.equal([2, 3, 4, 5, 6, 7]);
    expect(requests).to.deep.equal([1, 2, 3, 3, 4].map((after, index) => `/s?after_version=${after} Bearer t${index + 1}`));
  });

  for (const status of [401, 403, 404]) {
    it(`throws a problem if the server answers ${status}`, async () => {
      const error: unknown = await follow(2, stream(message(2), close), problem(status)).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(CartProblem).and.include({ status });
    });
  }

  it("gives up a connection with a message that does not end", async () => {
    const { versions } = await follow(1, stream(`data: ${"x".repeat(1_100_000)}`, stayOpen), stream(message(2), stayOpen));
    expect(versions).to.deep.equal([2]);
  });
});
