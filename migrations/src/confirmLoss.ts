import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { connectionOf } from "./migrator.ts";

type Terminal = { readonly isTTY?: boolean } & NodeJS.ReadableStream;

/**
 * Asks for the name of the database before its migrations are reverted. Throws an error unless the answer is the name,
 * and without a terminal, because a program that runs unattended has to say --yes.
 */
export const confirmLoss = async (
  url: string,
  names: readonly string[],
  { input, output }: { readonly input: Terminal; readonly output: NodeJS.WritableStream } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<void> => {
  const { database, server } = connectionOf(url);
  const question = `This reverts ${names.join(", ")} of the database ${database} on ${server.host}:${server.port}. The data of its tables is lost.`;
  if (input.isTTY !== true) throw new Error(`${question} Add --yes to revert without a question`);
  const terminal = createInterface({ input, output });
  try {
    // Ctrl-C and Ctrl-D close the terminal, and the question would then never be answered.
    const closed = once(terminal, "close").then(() => "");
    const answer = await Promise.race([terminal.question(`${question}\nType ${database} to continue: `), closed]);
    if (answer.trim() !== database) throw new Error("the answer was not the database's name: nothing was reverted");
  } finally {
    terminal.close();
  }
};
