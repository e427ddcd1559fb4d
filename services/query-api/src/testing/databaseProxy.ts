import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export type DatabaseProxy = {
  readonly url: string;
  /** Cuts what is connected and takes no connections. */
  readonly refuse: () => void;
  /** Takes connections and bytes and answers nothing. */
  readonly hang: () => void;
  readonly mend: () => void;
  /** How many bytes the database has sent. */
  readonly received: () => number;
  readonly close: () => Promise<void>;
};

export const databaseProxy = async (databaseUrl: string): Promise<DatabaseProxy> => {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let mode: "open" | "refusing" | "hanging" = "open";
  let received = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const listener: Server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => undefined);
    if (mode === "refusing") client.destroy();
    if (mode !== "open") return;
    const upstream = connect({ host: target.hostname, port: Number(target.port || 3306) });
    sockets.add(upstream);
    upstream.on("error", () => client.destroy());
    upstream.on("data", ({ length }) => (received += length));
    client.on("close", () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((listener.address() as AddressInfo).port);
  const change = (next: typeof mode) => () => {
    mode = next;
    if (mode === "hanging") for (const socket of sockets) socket.unpipe().pause();
    else cut();
  };
  return {
    url: url.href,
    refuse: change("refusing"),
    hang: change("hanging"),
    mend: change("open"),
    received: () => received,
    close: async () => {
      cut();
      listener.close();
      await once(listener, "close");
    },
  };
};
