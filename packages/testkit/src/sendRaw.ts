import { once } from "node:events";
import { connect } from "node:net";

export type RawAnswer = { readonly status: number; readonly text: string };

/** Sends bytes that no HTTP client would send, and reads until the server closes the connection. */
export const sendRaw = async (port: number, bytes: string | Uint8Array): Promise<RawAnswer> => {
  const socket = connect({ port, host: "127.0.0.1" });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A server that rejects the request early may reset the connection after its answer.
  socket.on("error", () => undefined);
  // The socket is not ended, because a server takes that as a client that has gone.
  socket.write(bytes);
  await once(socket, "close");
  const text = Buffer.concat(chunks).toString();
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text };
};
