import { once } from "node:events";
import { connect } from "node:net";

export type RawAnswer = { readonly status: number; readonly text: string };

/** Sends bytes that no HTTP client would, and reads what comes until the server closes the connection. */
export const sendRaw = async (port: number, bytes: string | Uint8Array): Promise<RawAnswer> => {
  const socket = connect({ port, host: "127.0.0.1" });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A server that has heard enough may reset the connection behind its answer.
  socket.on("error", () => undefined);
  // Not ended: a server takes that for a client that has gone.
  socket.write(bytes);
  await once(socket, "close");
  const text = Buffer.concat(chunks).toString();
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text };
};
