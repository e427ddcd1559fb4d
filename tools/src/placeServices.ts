import getPort from "get-port";
import type { ServiceDefinition } from "./services.ts";
import { UserError } from "./userError.ts";

export type PlacedService = ServiceDefinition & { readonly listensOn: number };

/** The port of each service. Throws a `UserError` that says what to do when one cannot be had, before anything is started. */
export const placeServices = async (
  services: readonly ServiceDefinition[],
  env: Readonly<Record<string, string | undefined>>,
  isFree = portIsFree,
): Promise<readonly PlacedService[]> => {
  const placed: PlacedService[] = [];
  for (const service of services) {
    const { name, port, portVariable } = service;
    const text = env[portVariable] ?? "";
    const listensOn = text === "" ? port : Number(text);
    if (!Number.isInteger(listensOn) || listensOn < 1 || listensOn > 65_535) {
      throw new UserError(`${portVariable} is "${text}", which is not a port: expected a number from 1 to 65535`);
    }
    const same = placed.find((other) => other.listensOn === listensOn);
    if (same !== undefined)
      throw new UserError(`${same.name} and ${name} cannot both have port ${listensOn}: set ${portVariable} to another`);
    if (!(await isFree(listensOn))) {
      throw new UserError(
        `port ${listensOn} of ${name} is in use by another program: stop that one, or set ${portVariable} to a free port`,
      );
    }
    placed.push({ ...service, listensOn });
  }
  return placed;
};

const portIsFree = async (port: number): Promise<boolean> => (await getPort({ port })) === port;
