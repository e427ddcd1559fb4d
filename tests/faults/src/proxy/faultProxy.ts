import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { pipeline, Transform } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

/** Recognises requests in the bytes that a client sends. A request may span several chunks, and a chunk may hold several requests. */
export type RequestMatch = (bytes: Buffer) => boolean;

/** `unsent`: the server never receives the request. `unanswered`: the server receives the request, but the client gets no answer. */
export type CutMoment = "unsent" | "unanswered";

export type FaultProxy = {
  readonly port: number;
  /** Cuts every connection and returns their number. New connections are served. */
  readonly cut: () => number;
  /** Cuts the next connection that carries such a request, at that request. Resolves to whether such a request arrived within `ms`. */
  readonly cutAt: (match: RequestMatch, moment: CutMoment, ms: number) => Promise<boolean>;
  /** Delays all bytes in both directions by this many milliseconds; 0 ends the delay. */
  readonly delay: (ms: number) => void;
  /** Keeps and accepts connections but holds all bytes back until `resume`, which then delivers them. */
  readonly halt: () => void;
  readonly resume: () => void;
  readonly close: () => Promise<void>;
};

/**
 * A TCP proxy on loopback that imitates a bad network.
 *
 * It is written here because Toxiproxy's client (toxiproxy-node-client) needs its server,
 * a Go program, and no proxy in JavaScript is maintained. Neither would suffice: the
 * important moment is a cut at a COMMIT, before or after the server has received it, so
 * the proxy has to recognise a COMMIT.
 */
export const startFaultProxy = async (targetPort: number): Promise<FaultProxy> => {
  const connections = new Set<{ readonly client: Socket; readonly server: Socket }>();
  const brake = createBrake();
  const trap = createTrap();

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: "127.0.0.1", port: targetPort, noDelay: true });
    const connection = { client, server };
    connections.add(connection);
    const end = (): void => {
      connections.delete(connection);
      client.destroy();
      server.destroy();
    };
    const requests = passing(brake, (bytes) => {
      const moment = trap.spring(bytes);
      if (moment === undefined) return false;
      if (moment === "unsent") end();
      // Cut as soon as the server has received it, which is before any answer.
      else server.write(bytes, end);
      return true;
    });
    const answers = passing(brake, () => false);
    pipeline(client, requests, server, end);
    pipeline(server, answers, client, end);
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
    cutAt: trap.set,
    delay: brake.delay,
    halt: brake.halt,
    resume: brake.resume,
    close: async () => {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      cut();
      await closed;
    },
  };
};

type Brake = Pick<FaultProxy, "delay" | "halt" | "resume"> & {
  /** What a chunk has to wait for, or `undefined` if it may pass at once. */
  readonly wait: () => Promise<void> | undefined;
};

/** Slows down or holds back the bytes of every connection. */
const createBrake = (): Brake => {
  let latency = 0;
  let halted: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  const waiting = async (): Promise<void> => {
    if (latency > 0) await delay(latency);
    await halted?.over;
  };
  return {
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
    wait: () => (latency === 0 && halted === undefined ? undefined : waiting()),
  };
};

type Trap = {
  readonly set: FaultProxy["cutAt"];
  /** The moment at which to cut the connection that carries these bytes, or `undefined` if they may pass. */
  readonly spring: (bytes: Buffer) => CutMoment | undefined;
};

/** Waits for a request at which a connection has to be cut. It springs once each time it is set. */
const createTrap = (): Trap => {
  let armed: { readonly match: RequestMatch; readonly moment: CutMoment; readonly sprung: () => void } | undefined;
  return {
    set: (match, moment, ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          armed = undefined;
          resolve(false);
        }, ms);
        const sprung = (): void => {
          clearTimeout(timer);
          resolve(true);
        };
        armed = { match, moment, sprung };
      }),
    spring: (bytes) => {
      if (armed?.match(bytes) !== true) return undefined;
      const { moment, sprung } = armed;
      armed = undefined;
      sprung();
      return moment;
    },
  };
};

/** Forwards one direction. Chunks keep their order, and a waiting chunk applies back-pressure to its sender. */
const passing = (brake: Brake, isCut: (bytes: Buffer) => boolean): Transform =>
  new Transform({
    transform: (bytes: Buffer, _encoding, done) => {
      if (isCut(bytes)) return;
      const wait = brake.wait();
      if (wait === undefined) {
        done(null, bytes);
        return;
      }
      void (async () => {
        await wait;
        done(null, bytes);
      })();
    },
  });
