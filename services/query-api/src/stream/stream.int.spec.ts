import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { CartEvent } from "@cart/domain";
import { waitFor } from "@cart/testkit";
import { expect } from "chai";
import { eventIdOf, project, type QueryApi, storeEvents, useQueryApi } from "../testing/useQueryApi.ts";

const cartId = (n: number): string => `550e8400-e29b-41d4-a716-${String(n).padStart(12, "0")}`;
const created: CartEvent = { type: "CartCreated", data: { user_id: "user-123", tenant_id: "default", currency: "USD" } };
const added = (n: number): CartEvent => ({
  type: "ItemAddedToCart",
  data: { line_id: `item-${n}`, item_id: `item-${n}`, quantity: 1, unit_price: 1_050, previous_unit_price: null },
});
const streamOf = (length: number): CartEvent[] => [created, ...Array.from({ length: length - 1 }, (_, n) => added(n))];

/** Left by their clients after each test, also one that failed. */
const clients: { readonly leave: () => Promise<void> }[] = [];

afterEach("the clients leave", async () => {
  await Promise.all(clients.splice(0).map(({ leave }) => leave()));
});

type Message = Readonly<Record<string, string>>;

/** A client that keeps what it gets. `text` is all of it, `messages` those with data. */
const openStream = async (api: QueryApi, path: string, headers: Record<string, string> = {}) => {
  const gone = new AbortController();
  const response = await fetch(api.url(path), { headers, signal: gone.signal });
  const seen = { text: "", isEnded: false };
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) seen.text += decoder.decode(chunk as Uint8Array, { stream: true });
    } catch {
      // The client went, or the server cut it off.
    }
    seen.isEnded = true;
  };
  const reading = read();
  const messages = (): Message[] =>
    seen.text
      .split("\n\n")
      .slice(0, -1)
      .map((block): Message => {
        const lines = block.split("\n").map((line) => /^(\w*): ?(.*)$/.exec(line) ?? []);
        return Object.fromEntries(lines.map(([, field = "", value = ""]): [string, string] => [field, value]));
      })
      .filter((message) => "data" in message);
  const leave = async (): Promise<void> => {
    gone.abort();
    await reading;
  };
  clients.push({ leave });
  return {
    response,
    seen,
    messages,
    versions: () => messages().map(({ id }) => Number(id)),
    leave,
  };
};

const openStreams = async (api: QueryApi): Promise<number> => {
  const metrics = await api.registry().getMetricsAsJSON();
  return Number(metrics.find(({ name }) => name === "cart_open_streams")?.values[0]?.value);
};

const allClosed = (api: QueryApi) => waitFor("no open stream", async () => (await openStreams(api)) === 0);

describe("a cart's stream", () => {
  const api = useQueryApi();
  let last = 0;
  /** A cart of its own for each test, with so many versions. */
  const cart = async (length: number): Promise<string> => {
    const id = cartId((last += 1));
    await storeEvents(api, id, streamOf(length));
    await project(api, id, streamOf(length));
    return id;
  };
  const grow = async (id: string, from: number, to: number): Promise<void> => {
    await storeEvents(api, id, streamOf(to).slice(from), from + 1);
    await project(api, id, streamOf(to));
  };

  it("has a message for each new version, with the event as the history shows it to the cart's owner", async () => {
    const id = await cart(2);
    const stream = await openStream(api, `/carts/${id.toUpperCase()}/stream`);
    expect(stream.response.status).to.equal(200);
    expect(stream.response.headers.get("content-type")).to.equal("text/event-stream");
    expect(stream.response.headers.get("cache-control")).to.equal("private, no-cache, no-transform");
    await waitFor("the start", () => stream.seen.text !== "");
    expect(stream.seen.text).to.equal("retry: 1000\nid: 2\n\n");

    await grow(id, 2, 5);
    await waitFor("three versions", () => stream.versions().length === 3);
    await grow(id, 5, 6);
    await waitFor("one more version", () => stream.versions().length === 4);
    expect(stream.versions()).to.deep.equal([3, 4, 5, 6]);
    const { body } = await api.get(`/carts/${id}/history?after_version=2`);
    const messages = stream.messages().map(({ data = "", event }): [unknown, string | undefined] => [JSON.parse(data), event]);
    // All streams of a cart write the same bytes, so a stream shows nothing that only an administrator may see.
    const events = (body as { events: { readonly actor?: string; readonly trace_id?: string }[] }).events;
    expect(messages).to.deep.equal(events.map(({ actor: _actor, trace_id: _traceId, ...event }) => [event, "cart"]));
    expect(messages[0]?.[0]).to.deep.include({ event_id: eventIdOf(id, 3), type: "ItemAddedToCart" });
  });

  it("shows amounts in the currency that the cart had, also if it begins later", async () => {
    const id = cartId((last += 1));
    const toYen: CartEvent = { type: "CartCurrencyChanged", data: { currency: "JPY", previous_currency: "USD" } };
    const events = [...streamOf(2), { type: "CartCleared", data: {} } as const, toYen, ...streamOf(2).slice(1)];
    await storeEvents(api, id, events);
    await project(api, id, events);
    for (const [after, prices] of [
      [0, [10.5, 1_050]],
      [4, [1_050]],
    ] as const) {
      const stream = await openStream(api, `/carts/${id}/stream?after_version=${after}`);
      await waitFor("all versions", () => stream.versions().length === 5 - after);
      const data = stream.messages().map((message) => (JSON.parse(message["data"] ?? "") as { data: { price?: number } }).data);
      expect(data.flatMap(({ price }) => price ?? [])).to.deep.equal(prices);
    }
  });

  it("waits with a version until the read model has it", async () => {
    const id = await cart(2);
    const stream = await openStream(api, `/carts/${id}/stream?after_version=0`);
    await waitFor("what the read model has", () => stream.versions().length === 2);
    await storeEvents(api, id, streamOf(4).slice(2), 3);
    await project(api, id, streamOf(3));
    await waitFor("the third version", () => stream.versions().length >= 3);
    await project(api, id, streamOf(4));
    await waitFor("the fourth version", () => stream.versions().length === 4);
    expect(stream.versions()).to.deep.equal([1, 2, 3, 4]);

    // A stream from the start sees no version that a reader of the cart would not.
    await storeEvents(api, id, streamOf(6).slice(4), 5);
    const late = await openStream(api, `/carts/${id}/stream?after_version=0`);
    await waitFor("what the read model has", () => late.versions().length >= 4);
    expect(late.versions()).to.deep.equal([1, 2, 3, 4]);
  });

  it("resumes after Last-Event-ID, however far behind, without a gap or a repetition", async () => {
    const id = await cart(150);
    const stream = await openStream(api, `/carts/${id}/stream?after_version=149`, { "Last-Event-ID": "3" });
    await waitFor("all versions", () => stream.versions().length >= 147);
    expect(stream.versions()).to.deep.equal(Array.from({ length: 147 }, (_, n) => n + 4));
    // An empty one is what a client has that got no event.
    const unaware = await openStream(api, `/carts/${id}/stream`, { "Last-Event-ID": "" });
    await waitFor("the start", () => unaware.seen.text !== "");
    expect(unaware.seen.text).to.equal("retry: 1000\nid: 150\n\n");
  });

  const finishing: CartEvent = { type: "CartPurchased", data: { order_id: "order-1", total_amount: 500 } };

  it("ends with the last event of a cart, and does not open again after it", async () => {
    const id = await cart(2);
    const stream = await openStream(api, `/carts/${id}/stream`);
    await waitFor("the start", () => stream.seen.text !== "");
    await storeEvents(api, id, [finishing], 3);
    await project(api, id, [...streamOf(2), finishing]);
    await waitFor("the end", () => stream.seen.isEnded);
    expect(stream.versions()).to.deep.equal([3]);
    for (const headers of [{ "Last-Event-ID": "3" }, { "Last-Event-ID": "9" }, {}]) {
      expect((await api.get(`/carts/${id}/stream`, { headers })).status).to.equal(204);
    }
    const late = await openStream(api, `/carts/${id}/stream`, { "Last-Event-ID": "2" });
    await waitFor("the end", () => late.seen.isEnded);
    expect(late.versions()).to.deep.equal([3]);
    await allClosed(api);
  });

  it("goes on with the next event for a client that has versions which the cart does not have", async () => {
    const id = await cart(2);
    const stream = await openStream(api, `/carts/${id}/stream`, { "Last-Event-ID": "7" });
    await waitFor("the start", () => stream.seen.text !== "");
    expect(stream.seen.text).to.equal("retry: 1000\nid: 2\n\n");
    await grow(id, 2, 3);
    await waitFor("the next version", () => stream.versions().length === 1);
    expect(stream.versions()).to.deep.equal([3]);
  });

  it("is the same for many clients of many carts", async () => {
    const ids = await Promise.all([cart(1), cart(1), cart(1)]);
    const streams = await Promise.all([...ids, ...ids].map((id) => openStream(api, `/carts/${id}/stream`)));
    for (let version = 2; version < 30; version += 3) for (const id of ids) await grow(id, version - 1, version + 2);
    for (const stream of streams) {
      await waitFor("all versions", () => stream.versions().length === 30);
      expect(stream.versions()).to.deep.equal(Array.from({ length: 30 }, (_, n) => n + 2));
    }
  });

  it("is freed when its client leaves, and refused beyond the limit", async () => {
    const id = await cart(1);
    const streams = await Promise.all(Array.from({ length: 10 }, () => openStream(api, `/carts/${id}/stream`)));
    expect(await openStreams(api)).to.equal(10);
    const { status, headers, body } = await api.get(`/carts/${id}/stream`);
    expect([status, headers.get("retry-after")]).to.deep.equal([503, "5"]);
    expect(body).to.have.property("type", "/problems/too-many-streams");
    await streams[0]?.leave();
    await waitFor("a free place", async () => (await openStreams(api)) === 9);
    const another = await openStream(api, `/carts/${id}/stream`);
    expect(another.response.status).to.equal(200);
  });

  it("stays open while a database is away, and goes on where it was", async () => {
    const id = await cart(1);
    const stream = await openStream(api, `/carts/${id}/stream`);
    for (const proxy of Object.values(api.proxies())) {
      const before = stream.versions().length;
      const comments = () => stream.seen.text.split("\n\n").filter((block) => block === ":").length;
      const commentsBefore = comments();
      proxy.refuse();
      await grow(id, before + 1, before + 2);
      await waitFor("a sign of life", () => comments() > commentsBefore);
      expect(stream.versions()).to.have.length(before);
      proxy.mend();
      await waitFor("the version", () => stream.versions().length === before + 1);
    }
    expect(stream.versions()).to.deep.equal([2, 3]);
  });

  it("does not open while a database is away", async () => {
    const id = await cart(1);
    for (const proxy of Object.values(api.proxies())) {
      proxy.refuse();
      expect((await api.get(`/carts/${id}/stream`)).body).to.deep.include({ status: 503, type: "/problems/unavailable" });
      proxy.mend();
      await waitFor("recovery", async () => (await api.get(`/carts/${id}?min_version=1`)).status === 200);
      await waitFor("recovery", async () => (await api.get(`/carts/${id}/history`)).status === 200);
    }
  });

  it("has a head without a body", async () => {
    const id = await cart(1);
    const { status, headers } = await api.get(`/carts/${id}/stream`, { method: "HEAD" });
    expect([status, headers.get("content-type")]).to.deep.equal([200, "text/event-stream"]);
  });

  const refused: readonly [string, Record<string, string>, number, string | undefined][] = [
    [`/carts/${cartId(999)}/stream`, {}, 404, undefined],
    ["/carts/x/stream", {}, 400, "id"],
    [`/carts/${cartId(1)}/stream?after_version=-1`, {}, 400, "after_version"],
    [`/carts/${cartId(1)}/stream?limit=1`, {}, 400, "limit"],
    [`/carts/${cartId(1)}/stream`, { "Last-Event-ID": "x" }, 400, "Last-Event-ID"],
    [`/carts/${cartId(1)}/stream`, { "Last-Event-ID": "-1" }, 400, "Last-Event-ID"],
  ];
  for (const [path, headers, status, field] of refused) {
    it(`answers ${path} ${JSON.stringify(headers)} with ${status}`, async () => {
      const answer = await api.get(path, { headers });
      expect(answer.status).to.equal(status);
      expect(answer.headers.get("content-type")).to.equal("application/problem+json");
      if (field !== undefined) expect(answer.body).to.have.nested.property("errors[0].field", field);
    });
  }
});

describe("a stream without events", () => {
  const api = useQueryApi({ heartbeatMs: 20 });

  it("has heartbeats", async () => {
    await storeEvents(api, cartId(1), [created]);
    await project(api, cartId(1), [created]);
    const stream = await openStream(api, `/carts/${cartId(1)}/stream`);
    await waitFor("heartbeats", () => stream.seen.text.startsWith("retry: 1000\nid: 1\n\n:\n\n:\n\n:\n\n"));
  });
});

/** Asks for the whole of a long stream and takes nothing of it. */
const standStill = async (api: QueryApi, id: string): Promise<Socket> => {
  const { hostname, port } = new URL(api.url("/"));
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.pause();
  socket.write(`GET /carts/${id}/stream?after_version=0 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return socket;
};

/** More than the buffers of the system take: 25 MB. */
const storeLongStream = async (api: QueryApi, id: string): Promise<void> => {
  const lines = Array.from({ length: 500 }, (_, n) => ({
    line_id: `item-${n}`.padEnd(64, "x"),
    item_id: `item-${n}`.padEnd(64, "x"),
    name: "n".repeat(255),
    quantity: 1,
    unit_price: 1,
  }));
  const merged: CartEvent = { type: "CartMergedFrom", data: { source_cart_id: cartId(2), strategy: "max", lines } };
  const events = [created, ...Array.from({ length: 120 }, () => merged)];
  for (let from = 0; from < events.length; from += 10) await storeEvents(api, id, events.slice(from, from + 10), from + 1);
  await project(api, id, events);
};

describe("a client that stands still", () => {
  const api = useQueryApi({ writeTimeoutMs: 300 });

  it("is cut off", async () => {
    await storeLongStream(api, cartId(1));
    const socket = await standStill(api, cartId(1));
    await waitFor("the open stream", async () => (await openStreams(api)) === 1);
    await allClosed(api);
    socket.destroy();
  });
});

describe("a shutdown", () => {
  const api = useQueryApi();

  it("ends open streams", async () => {
    await storeEvents(api, cartId(1), [created]);
    await project(api, cartId(1), [created]);
    const streams = await Promise.all([1, 2, 3].map(() => openStream(api, `/carts/${cartId(1)}/stream`)));
    await api.stop();
    for (const { seen } of streams) await waitFor("the end", () => seen.isEnded);
    expect(await openStreams(api)).to.equal(0);
  });
});

describe("a shutdown with a client that stands still", () => {
  const api = useQueryApi({ writeTimeoutMs: 60_000 });

  it("does not wait for it", async () => {
    await storeLongStream(api, cartId(1));
    const socket = await standStill(api, cartId(1));
    let before = 0;
    const isBlocked = (): boolean => {
      const now = api.proxies().eventStore.received();
      const hasStopped = now > 1_000_000 && now === before;
      before = now;
      return hasStopped;
    };
    await waitFor("a stream that waits for its client", isBlocked, { everyMs: 300 });
    expect(await openStreams(api)).to.equal(1);
    await api.stop();
    socket.destroy();
  });
});
