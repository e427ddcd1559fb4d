import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { waitUntil } from "@cart/tools/own-servers";

/** A client that sends and never reads. */
export type SilentClient = { readonly serverPort: number; readonly port: number; readonly leave: () => void };

/** Asks for the path, several times at once without waiting for an answer. */
export const openSilentClient = async (url: string, path: string, times: number): Promise<SilentClient> => {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.on("error", () => undefined).pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(times));
  const { localPort = 0 } = socket;
  return { serverPort: Number(port), port: localPort, leave: () => socket.destroy() };
};

/** Waits until the server has closed the connections of all these clients, which do not notice it themselves. */
export const untilCutOff = (clients: readonly SilentClient[], seconds: number): Promise<void> =>
  waitUntil("the silent clients to be cut off", seconds, async () => {
    const connected = await establishedConnections();
    const left = clients.filter(({ serverPort, port }) => connected.has(`${serverPort} ${port}`)).length;
    if (left > 0) throw new Error(`${left} of ${clients.length} are connected`);
  });

/** Local and remote port of each TCP connection that its local end has not closed. */
const establishedConnections = async (): Promise<ReadonlySet<string>> => {
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")));
  const rows = tables.flatMap((table) => [...table.matchAll(/^ *\d+: \w+:(\w{4}) \w+:(\w{4}) 01 /gm)]);
  return new Set(rows.map(([, local = "", remote = ""]) => `${Number.parseInt(local, 16)} ${Number.parseInt(remote, 16)}`));
};
