// Stops the watched processes and then removes the watched folders when the process that started this watchdog ends. It
// notices every kind of end, because the pipe closes.
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

const watched = new Set();
const folders = new Set();
const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    watched.delete(pid); // it has ended
  }
};

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => undefined);

const toldOf = {
  "+": (pid) => watched.add(Number(pid)),
  "-": (pid) => watched.delete(Number(pid)),
  "*": (folder) => folders.add(folder),
  "!": (folder) => folders.delete(folder),
};

createInterface({ input: process.stdin })
  .on("line", (line) => toldOf[line[0]]?.(line.slice(1)))
  .on("close", () => {
    for (const pid of watched) signal(pid, "SIGTERM");
    const started = performance.now();
    setInterval(() => {
      for (const pid of watched) signal(pid, performance.now() - started > 15_000 ? "SIGKILL" : 0);
      if (watched.size > 0) return;
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      process.exit(0);
    }, 200);
  });
