import { type ChildProcess, fork, type Serializable } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** Starts a source file of the bench as a separate process that receives and sends messages. */
export const forkMain = (main: URL): ChildProcess => fork(fileURLToPath(main), { execArgv: ["--conditions=source", "--import", "tsx"] });

/** Sends a message to the process and resolves to the next one that it sends. */
export type Ask = <Answer>(question: Serializable) => Promise<Answer>;

/** Gives a process that runs a source file of the bench, which answers each message with one, to `work`, and ends it afterwards. */
export const withForkedMain = async <T>(main: URL, work: (ask: Ask) => Promise<T>): Promise<T> => {
  const child = forkMain(main);
  try {
    return await work(
      <Answer>(question: Serializable) =>
        new Promise<Answer>((resolve, reject) => {
          const ended = (code: number | null): void =>
            reject(new Error(`${basename(main.pathname)} exited with ${code ?? child.signalCode} without an answer`));
          child.once("exit", ended);
          child.once("message", (answer) => {
            child.off("exit", ended);
            resolve(answer as Answer);
          });
          child.send(question);
        }),
    );
  } finally {
    child.kill();
  }
};

/** Runs a source file of the bench that takes one message and answers with one. */
export const askMain = <Answer>(main: URL, question: Serializable): Promise<Answer> => withForkedMain(main, (ask) => ask<Answer>(question));
