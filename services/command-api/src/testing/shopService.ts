import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { Type } from "typebox";
import { Parse } from "typebox/value";

/** The part of a check's request that specs look at; the rest is kept too. */
const asked = Type.Object({
  change: Type.Object({ operation: Type.String() }),
  cart_id: Type.String(),
  cart: Type.Union([Type.Null(), Type.Object({ version: Type.Integer(), items: Type.Array(Type.Object({ item_id: Type.String() })) })]),
});
export type Asked = Type.Static<typeof asked>;

/** How the shop's service behaves: an answer, or what goes wrong. */
export type Behaviour =
  | {
      /** The answer, or what makes it of the request. */
      readonly answer: object | ((asked: Asked) => object);
      readonly status?: number;
      readonly before?: (asked: Asked) => Promise<unknown>;
    }
  | "hang"
  | "trickle"
  | "endless"
  | "reset"
  | "redirect"
  | "no json";

export type ShopService = {
  readonly url: string;
  behaves: Behaviour;
  /** The requests so far, with their headers. */
  readonly asked: (Asked & { readonly headers: IncomingMessage["headers"] })[];
  /** The number of connections that were opened so far. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
};

/** A service of the shop that answers checks as the spec says. */
export const startShopService = async (): Promise<ShopService> => {
  let connections = 0;
  const requests: (Asked & { readonly headers: IncomingMessage["headers"] })[] = [];
  const server = createServer(async (req, res) => {
    const body = Parse(asked, await json(req));
    requests.push({ ...body, headers: req.headers });
    await behave(service.behaves, body, res);
  });
  server.on("connection", () => (connections += 1));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const service: ShopService = {
    url: `http://127.0.0.1:${port}/check`,
    behaves: { answer: { allowed: true } },
    asked: requests,
    connections: () => connections,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return service;
};

function* spaces(): Generator<string> {
  for (;;) yield " ".repeat(65_536);
}

const behave = async (behaviour: Behaviour, body: Asked, res: ServerResponse): Promise<void> => {
  switch (behaviour) {
    case "hang":
      return;
    case "trickle":
      res.write("{");
      while (!res.destroyed) {
        res.write(" ");
        await delay(20);
      }
      return;
    case "endless":
      await pipeline(Readable.from(spaces()), res).catch(() => undefined);
      return;
    case "reset":
      res.destroy();
      return;
    case "redirect":
      res.writeHead(307, { Location: "http://127.0.0.1:1/" }).end();
      return;
    case "no json":
      res.end("<html>");
      return;
    default: {
      await behaviour.before?.(body);
      const { answer, status = 200 } = behaviour;
      const text = JSON.stringify(typeof answer === "function" ? answer(body) : answer);
      res.writeHead(status, { "Content-Type": "application/json" }).end(text);
    }
  }
};
