import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot, UserError } from "@cart/tools/own-servers";

const document = join(repositoryRoot, "docs/reliability.md");
const begin = "<!-- table: begin, written by `npm run test:faults -- --write` -->";
const end = "<!-- table: end -->";

/** Writes the table and the run's parameters between the markers of docs/reliability.md. Returns the file's path. */
export const writeTable = async (table: string, about: string): Promise<string> => {
  const text = await readFile(document, "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new UserError(`${document} has lost the markers of the table`);
  await writeFile(document, `${text.slice(0, from + begin.length)}\n\n${table}\n\n${about}\n\n${text.slice(to)}`);
  return document;
};
