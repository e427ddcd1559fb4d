import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts a source file of the bench as a separate process that receives and sends messages. */
export const forkMain = (main: URL): ChildProcess => fork(fileURLToPath(main), { execArgv: ["--conditions=source", "--import", "tsx"] });
