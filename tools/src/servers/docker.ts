import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { step } from "../progress.ts";
import { UserError } from "../userError.ts";
import { PortTaken } from "./ports.ts";
import type { StartedTestContainer } from "testcontainers";
import type { Death, RunningServer, ServerPlan } from "./runningServer.ts";

/** Returns the reason why no Docker engine can be used, or `undefined` if an engine answers. */
export const findDocker = async (): Promise<string | undefined> => {
  if (process.env["CART_WITHOUT_DOCKER"] === "1") return "skipped because CART_WITHOUT_DOCKER is set";
  if (
    process.env["DOCKER_HOST"] === undefined &&
    !existsSync("/var/run/docker.sock") &&
    !existsSync(`${process.env["HOME"]}/.docker/run/docker.sock`) &&
    !existsSync(`${process.env["XDG_RUNTIME_DIR"]}/docker.sock`)
  ) {
    return "no Docker engine on this machine";
  }
  try {
    const { getContainerRuntimeClient } = await import("testcontainers");
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return `no Docker engine answers (${error instanceof Error ? error.message : String(error)})`;
  }
};

/** Makes sure that the image exists locally. A pull inside a library would not report why it failed. */
export const findImage = async (image: string, report: (line: string) => void): Promise<void> => {
  const { getContainerRuntimeClient, ImageName } = await import("testcontainers");
  const client = await getContainerRuntimeClient();
  const name = ImageName.fromString(image);
  if (await client.image.exists(name)) return;
  try {
    await step(report, `image ${image} pulled`, () => client.image.pull(name));
  } catch (error) {
    throw new UserError(
      `the image ${image} does not exist locally and cannot be pulled (${error instanceof Error ? error.message : String(error)})`,
    );
  }
};

/**
 * Returns how to stop a container, and a promise that resolves if it ends by itself. A container whose data is
 * thrown away is killed without a grace period.
 */
export const watchContainer = async (
  server: string,
  container: StartedTestContainer,
  plan: ServerPlan,
): Promise<Pick<RunningServer, "stop" | "died">> => {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const client = await getContainerRuntimeClient();
  const id = container.getId();
  let asked = false;
  const died = new Promise<Death>((resolve) => {
    const tell = (how: string): void => {
      if (!asked) resolve({ description: `${server} ended (${how}); its log: docker logs ${id.slice(0, 12)}` });
    };
    const exit = client.container.getById(id).wait();
    void exit.then(
      () => tell("its container stopped"),
      (error: unknown) => tell(`the Docker engine no longer answers: ${error instanceof Error ? error.message : String(error)}`),
    );
  });
  const stop = async (): Promise<void> => {
    asked = true;
    await container.stop({ timeout: plan.keep ? 60_000 : 0 });
  };
  return { stop, died };
};

/** Returns the name of the volume for a server's data. It is derived from the data folder, so each checkout has its own volume. */
export const volumeOf = async (server: "mysql" | "kafka", plan: ServerPlan): Promise<string> => {
  await mkdir(plan.folder, { recursive: true });
  const folder = createHash("sha256")
    .update(await realpath(plan.folder))
    .digest("hex")
    .slice(0, 12);
  return `event-sourced-cart-${server}-${folder}`;
};

/** Rethrows Docker's refusal of a port that is in use as a `PortTaken`. */
export const throwPortTaken = (error: unknown): never => {
  const reason = error instanceof Error ? error.message : String(error);
  throw /port is already allocated|address already in use|ports are not available/i.test(reason) ? new PortTaken(reason) : error;
};
