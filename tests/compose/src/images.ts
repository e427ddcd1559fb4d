import assert from "node:assert/strict";
import type { ComposeProject, ContainerState } from "./composeProject.ts";
import { execa } from "execa";

const megabyte = 1_000_000;

const sizeOf = async (image: string): Promise<number> =>
  Number((await execa("docker", ["image", "inspect", "--format", "{{.Size}}", image])).stdout);

/** Checks that no image adds more than 100 MB to Node.js. Resolves to the megabytes of each image. */
export const imageSizes = async (project: ComposeProject): Promise<ReadonlyMap<string, number>> => {
  const base = await sizeOf("node:24-bookworm-slim");
  const images = (await project.compose("config", "--images")).split("\n").filter((image) => image.startsWith("event-sourced-cart/"));
  const sizes = new Map<string, number>();
  for (const image of new Set(images)) {
    const added = (await sizeOf(image)) - base;
    assert(added < 100 * megabyte, `${image} is ${Math.round(added / megabyte)} MB above its base`);
    sizes.set(/\/(.*):/.exec(image)?.[1] ?? image, Math.round(added / megabyte));
  }
  return sizes;
};

/** Checks that a container runs without privileges, cannot write to its file system, and has no package manager and no development tools. */
export const assertLockedDown = async (project: ComposeProject, { name }: ContainerState): Promise<void> => {
  const look = `
    const { existsSync, readdirSync, writeFileSync } = require("node:fs");
    const refused = (path) => { try { writeFileSync(path, ""); return false; } catch (error) { return error.code === "EROFS"; } };
    console.log(JSON.stringify({
      user: process.getuid(),
      readOnly: ["/app/x", "/tmp/x", "/home/node/x"].every(refused),
      packageManagers: ["npm", "npx", "corepack", "yarn", "yarnpkg", "pnpm"].filter((name) => process.env.PATH.split(":").some((folder) => existsSync(folder + "/" + name))),
      forDevelopment: readdirSync("/app/node_modules/.pnpm").filter((name) => /^(typescript|mocha|chai|tsx|esbuild|testcontainers)@/.test(name)),
    }));`;
  const found = JSON.parse(await project.inside(name, "node", "-e", look)) as unknown;
  assert.deepEqual(found, { user: 1000, readOnly: true, packageManagers: [], forDevelopment: [] }, name);
};
