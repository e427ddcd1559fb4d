import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The limit of the compose file and of the Kubernetes manifests. */
export const memoryLimitBytes = 256 * 1024 * 1024;

export type MemoryLimit = {
  /** Puts a command below the limit: see `startBuiltService`. */
  readonly launcher: readonly string[];
  /** Call it after the end of the process. */
  readonly remove: () => Promise<void>;
};

const root = "/sys/fs/cgroup";
const layouts = [
  { kind: "cgroup v2", parent: root, marker: join(root, "cgroup.controllers"), limit: "memory.max" },
  { kind: "cgroup v1", parent: join(root, "memory"), marker: join(root, "memory/memory.limit_in_bytes"), limit: "memory.limit_in_bytes" },
] as const;

/** A control group in which the kernel kills a process that needs more memory; `undefined` where this user cannot make one. */
export const createMemoryLimit = async (name: string): Promise<(MemoryLimit & { readonly kind: string }) | undefined> => {
  for (const { kind, parent, marker, limit } of layouts) {
    if (!existsSync(marker)) continue;
    const folder = join(parent, `cart-limits-${process.pid}-${name}`);
    try {
      await mkdir(folder);
      await writeFile(join(folder, limit), String(memoryLimitBytes));
    } catch {
      await rmdir(folder).catch(() => undefined);
      continue;
    }
    return {
      kind,
      launcher: ["sh", "-c", 'echo $$ > "$0" && exec "$@"', join(folder, "cgroup.procs")],
      remove: () => rmdir(folder),
    };
  }
  return undefined;
};

/** The most memory that the process ever had resident, as the kernel counts it. Bytes; `undefined` when the process has ended. */
export const peakMemory = async (pid: number): Promise<number | undefined> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
};
