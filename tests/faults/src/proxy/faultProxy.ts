import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { pipeline, Transform } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

/** Looks at the bytes that a client sends, as they come: a request may be in several pieces, and a piece may hold several. */
export type RequestMatch = (bytes: Buffer) => boolean;

/** `unsent`: the server never gets the request. `unanswered`: it gets the request, and the client no answer. */
export type CutMoment = "unsent" | "unanswered";

export type FaultProxy = {
  readonly port: number;
  /** Cuts every connection, and returns how many there were. New ones are served. */
  readonly cut: () => number;
  /** Cuts the next connection that carries such a request, at that request. Resolves to whether one came within `ms`. */
  readonly cutAt: (match: RequestMatch, moment: CutMoment, ms: number) => Promise<boolean>;
  /** Everything, either way, comes this much later; 0 ends it. Milliseconds. */
  readonly delay: (ms: number) => void;
  /** Connections stay, and new ones are taken, but nothing gets through until `resume`: what was sent meanwhile then arrives. */
  readonly halt: () => void;
  readonly resume: () => void;
  readonly close: () => Promise<void>;
};

/**
 * A TCP proxy on loopback that does what a bad network does.
 *
 * Written here and not taken from npm: Toxiproxy's client (toxiproxy-node-client)
 * needs its server, a Go program, and nothing that is written in JavaScript is
 * kept up. It is also not enough: the moment that matters is a cut at a COMMIT,
 * before or after the server has it, so the proxy has to know one when it sees it.
 */
export const startFaultProxy = async (targetPort: number): Promise<FaultProxy> => {
  const connections = new Set<{ readonly client: Socket; readonly server: Socket }>();
  let latency = 0;
  let halted: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  let trap: { readonly match: RequestMatch; readonly moment: CutMoment; readonly sprung: () => void } | undefined;

  /** One direction. Each piece waits for its turn, so nothing overtakes; what waits holds its sender back. */
  const passing = (sprung: (bytes: Buffer) => boolean): Transform =>
    new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        if (sprung(bytes)) return;
        if (latency === 0 && halted === undefined) {
          done(null, bytes);
          return;
        }
        void (async () => {
          if (latency > 0) await delay(latency);
          await halted?.over;
          done(null, bytes);
        })();
      },
    });

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: "127.0.0.1", port: targetPort, noDelay: true });
    const connection = { client, server };
    connections.add(connection);
    const end = (): void => {
      connections.delete(connection);
      client.destroy();
      server.destroy();
    };
    const requests = passing((bytes) => {
      if (trap?.match(bytes) !== true) return false;
      const { moment, sprung } = trap;
      trap = undefined;
      if (moment === "unsent") end();
      // Ended as soon as the server has it: that is before any answer.
      else server.write(bytes, end);
      sprung();
      return true;
    });
    pipeline(client, requests, server, end);
    pipeline(
      server,
      passing(() => false),
      client,
      end,
    );
  });
  await new Promise<void>((resolve, reject) => listener.once("error", reject).listen(0, "127.0.0.1", resolve));

  const cut = (): number => {
    const count = connections.size;
    for (const { client, server } of connections) {
      client.destroy();
      server.destroy();
    }
    return count;
  };

  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    cutAt: (match, moment, ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          trap = undefined;
          resolve(false);
        }, ms);
        const sprung = (): void => {
          clearTimeout(timer);
          resolve(true);
        };
        trap = { match, moment, sprung };
      }),
    delay: (ms) => void (latency = ms),
    halt: () => {
      if (halted !== undefined) return;
      let end = (): void => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      halted = { over, end };
    },
    resume: () => {
      halted?.end();
      halted = undefined;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      cut();
      await closed;
    },
  };
};
