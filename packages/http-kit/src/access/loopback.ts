import { isIP } from "node:net";

/** Whether a host names this machine: `localhost` or an address of the loopback interface, with or without the brackets of a URL. */
export const isLoopback = (host: string): boolean => {
  const address = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  return host.toLowerCase() === "localhost" || address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
};
