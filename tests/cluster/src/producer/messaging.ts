import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as messaging from "@cart/messaging";
import { repositoryRoot } from "@cart/tools/own-servers";
import { execa } from "execa";

/** The messaging package, as it is or with a guard taken out. */
export type Messaging = typeof messaging;

/** What keeps a retried batch from losing messages. */
export const guards = {
  mend: "the mend of kafkajs",
  check: "the check of acknowledgements",
};

export type Guard = keyof typeof guards;

const original = join(repositoryRoot, "packages/messaging");

/**
 * A copy of the built package, in a folder that does not exist yet, without the given guards. The
 * copy is changed because a switch in the package could be switched by accident.
 */
export const messagingWithout = async (without: readonly Guard[], folder: string): Promise<Messaging> => {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await cp(join(original, "package.json"), join(folder, "package.json"));
  await cp(join(original, "dist"), join(folder, "dist"), { recursive: true });
  for (const name of await readdir(join(original, "node_modules"))) {
    const from = join(original, "node_modules", name);
    const to = join(folder, "node_modules", name);
    if (name === "kafkajs") await cp(from, to, { recursive: true, dereference: true });
    else await symlink(from, to);
  }
  if (without.includes("mend")) await removeMend(join(folder, "node_modules/kafkajs"));
  if (without.includes("check")) await removeCheck(join(folder, "dist/eventProducer.js"));
  return (await import(pathToFileURL(join(folder, "dist/index.js")).href)) as Messaging;
};

/** Takes the part of our patch that is about retries back. */
const removeMend = async (kafkajs: string): Promise<void> => {
  const file = "src/producer/sendMessages.js";
  const before = await readFile(join(kafkajs, file), "utf8");
  const patch = join(repositoryRoot, "patches/kafkajs@2.2.4.patch");
  await execa("git", ["apply", "--reverse", `--include=${file}`, patch], { cwd: kafkajs });
  if ((await readFile(join(kafkajs, file), "utf8")) === before) throw new Error(`the patch of kafkajs does not change ${file}`);
};

const removeCheck = async (file: string): Promise<void> => {
  const call = "assertAcknowledged(recorder.countsOf(topicMessages), acknowledgements);";
  const text = await readFile(file, "utf8");
  const places = text.split(call).length - 1;
  if (places !== 1) throw new Error(`"${call}" is ${places} times in ${file}, expected once: the self-check has to follow the code`);
  await writeFile(file, text.replace(call, ""));
};
