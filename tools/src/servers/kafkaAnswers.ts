import { connect } from "node:net";

/** ApiVersions, version 0, from a client without a name: the one request that every broker answers once it serves. */
const apiVersionsRequest = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/** Resolves when a broker answers there in Kafka's protocol; its port opens some seconds before that. */
export const kafkaAnswers = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const end = (error?: Error): void => {
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.setTimeout(3_000, () => end(new Error(`no answer from ${host}:${port}`)));
    socket.once("error", end);
    socket.once("connect", () => socket.write(apiVersionsRequest));
    socket.once("data", () => end());
    socket.once("close", () => end(new Error(`${host}:${port} closed the connection`)));
  });
