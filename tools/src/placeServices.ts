import { createServer } from "node:net";
import getPort from "get-port";
import type { ServiceDefinition } from "./services.ts";
import { UserError } from "./userError.ts";

/** A port that this process listens on, so that no other program takes it until the service does. */
export type HeldPort = { readonly release: () => Promise<void> };

export type PlacedService = ServiceDefinition & { readonly listensOn: number; readonly held: HeldPort };

/**
 * The port of each service, held until its service starts. Throws a `UserError` that
 * says what to do about every port that cannot be had, before anything is started.
 */
export const placeServices = async (
  services: readonly ServiceDefinition[],
  env: Readonly<Record<string, string | undefined>>,
  hold = holdPort,
): Promise<readonly PlacedService[]> => {
  const placed: PlacedService[] = [];
  const problems: string[] = [];
  for (const service of services) {
    const { name, port, portVariable } = service;
    const text = env[portVariable] ?? "";
    const listensOn = text === "" ? port : Number(text);
    const same = placed.find((other) => other.listensOn === listensOn);
    if (!Number.isInteger(listensOn) || listensOn < 1 || listensOn > 65_535) {
      problems.push(`${portVariable} is "${text}", which is not a port: expected a number from 1 to 65535`);
    } else if (same !== undefined) {
      problems.push(`${same.name} and ${name} cannot both have port ${listensOn}: set ${portVariable} to another port`);
    } else {
      const held = await hold(listensOn);
      if (held !== undefined) placed.push({ ...service, listensOn, held });
      else
        problems.push(
          `port ${listensOn} of ${name} is in use by another program: stop that program, or set ${portVariable} to a free port`,
        );
    }
  }
  if (problems.length === 0) return placed;
  await Promise.all(placed.map(({ held }) => held.release()));
  throw new UserError(problems.join("\n"));
};

/** `undefined` when another program uses the port, on any address of this machine. */
const holdPort = async (port: number): Promise<HeldPort | undefined> => {
  if ((await getPort({ port })) !== port) return undefined;
  // Nothing answers here yet: a client is turned away instead of being kept waiting.
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const listens = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (!listens) return undefined;
  return { release: () => new Promise((resolve) => void server.close(() => resolve())) };
};
