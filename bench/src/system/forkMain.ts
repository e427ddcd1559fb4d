import { type ChildProcess, fork, type Serializable } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** Starts a source file of the bench as a separate process that receives and sends messages. */
export const forkMain = (main: URL): ChildProcess => fork(fileURLToPath(main), { execArgv: ["--conditions=source", "--import", "tsx"] });

/** Runs a source file of the bench that takes one message and answers with one. */
export const askMain = <Answer>(main: URL, question: Serializable): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const child = forkMain(main);
    child.once("message", (answer) => resolve(answer as Answer));
    child.once("exit", (code) => reject(new Error(`${basename(main.pathname)} exited with ${code} without an answer`)));
    child.send(question);
  });
