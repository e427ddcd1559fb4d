import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** `from` is replaced by `to` in the clients' statements; both must have the same length. */
export type Rewriting = { readonly from: string; readonly to: string };

export type RewritingProxyOptions = Rewriting & {
  /** Cuts a connection whose client sends a larger packet. */
  readonly maxPacketBytes?: number;
};

/** Starts a proxy for a MySQL server that rewrites the clients' settings and limits the size of packets. */
export const rewritingProxy = async (serverUrl: string, { from, to, maxPacketBytes = Infinity }: RewritingProxyOptions) => {
  let rewriting: Rewriting = { from, to };
  let ofNew: (Rewriting & { readonly delayMs: number }) | undefined;
  let connections = 0;
  const url = new URL(serverUrl);
  const { hostname: host, port } = url;
  const listener = createServer((downstream) => {
    connections += 1;
    const own = ofNew;
    const upstream = connect({ host, port: Number(port) });
    for (const socket of [downstream, upstream]) {
      socket.on("error", () => undefined);
      socket.on("close", () => [downstream, upstream].forEach((each) => each.destroy()));
    }
    const packets = createPacketMeter();
    downstream.on("data", (data) => {
      if (packets.largestIn(data) > maxPacketBytes) downstream.destroy();
      else {
        const { from: found, to: replaced } = own ?? rewriting;
        const rewritten = Buffer.from(data.toString("latin1").replaceAll(found, replaced), "latin1");
        if (own === undefined) upstream.write(rewritten);
        else setTimeout(() => upstream.write(rewritten), own.delayMs);
      }
    });
    upstream.pipe(downstream);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  url.hostname = "127.0.0.1";
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href,
    /** Rewrites something else from now on, also for the connections that are open. */
    rewrite: (other: Rewriting) => void (rewriting = other),
    /** Rewrites something else for connections that are opened from now on, as if they led to another server, which may be slow. */
    rewriteNew: (other: Rewriting, delayMs = 0) => void (ofNew = { ...other, delayMs }),
    /** How many connections were opened. */
    connections: () => connections,
    close: () => void listener.close(),
  };
};

/** Follows a client's stream of packets: three bytes of length, one of sequence, then the payload. */
const createPacketMeter = () => {
  let header: number[] = [];
  let payloadLeft = 0;
  return {
    /** Bytes of the largest packet that begins in this part of the stream. */
    largestIn: (data: Buffer): number => {
      let largest = 0;
      for (let at = 0; at < data.length;) {
        if (payloadLeft > 0) {
          const taken = Math.min(payloadLeft, data.length - at);
          payloadLeft -= taken;
          at += taken;
          continue;
        }
        header.push(data[at] ?? 0);
        at += 1;
        if (header.length < 4) continue;
        const [low = 0, middle = 0, high = 0] = header;
        payloadLeft = low + middle * 256 + high * 65_536;
        largest = Math.max(largest, payloadLeft);
        header = [];
      }
      return largest;
    },
  };
};
