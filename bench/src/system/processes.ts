import { readFile } from "node:fs/promises";

/** A process whose costs a figure names. */
export type NamedProcess = { readonly name: string; readonly pid: number };

/** The CPU time of all threads of a process since its start, in seconds, to a hundredth. Works on Linux only. */
const cpuSeconds = async (pid: number): Promise<number> => {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

/** The resident set of a process in megabytes. Works on Linux only. */
export const residentMegabytes = async (pid: number): Promise<number> => {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
};

/** What a process has had written to disk since its start, in kilobytes. Works on Linux only. */
export const writtenKilobytes = async (pid: number): Promise<number> => {
  const [, bytes] = /^write_bytes: (\d+)$/m.exec(await readFile(`/proc/${pid}/io`, "utf8")) ?? [];
  return Number(bytes) / 1024;
};

/** Returns a function that resolves to the CPU seconds that each process has used since the call, by name. */
export const measureCpu = async (processes: readonly NamedProcess[]): Promise<() => Promise<ReadonlyMap<string, number>>> => {
  const read = (): Promise<number[]> => Promise.all(processes.map(({ pid }) => cpuSeconds(pid)));
  const before = await read();
  return async () => {
    const after = await read();
    return new Map(processes.map(({ name }, index) => [name, (after[index] ?? 0) - (before[index] ?? 0)]));
  };
};

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
