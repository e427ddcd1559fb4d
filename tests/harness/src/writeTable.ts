import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot, UserError } from "@cart/tools/own-servers";

const reliabilityPage = join(repositoryRoot, "docs/reliability.md");
const end = "<!-- table: end -->";

export type TableToWrite = {
  /** The npm script that the markers name. */
  readonly script: string;
  readonly table: string;
  /** The run's parameters. */
  readonly about: string;
  /** The file; docs/reliability.md by default. */
  readonly document?: string | undefined;
};

/** Writes the table and the run's parameters between the markers of the npm script in the document. Returns the file's path. */
export const writeTable = async ({ script, table, about, document = reliabilityPage }: TableToWrite): Promise<string> => {
  const begin = `<!-- table: begin, written by \`npm run ${script} -- --write\` -->`;
  const text = await readFile(document, "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new UserError(`${document} has lost the markers of the table of ${script}`);
  await writeFile(document, `${text.slice(0, from + begin.length)}\n\n${table}\n\n${about}\n\n${text.slice(to)}`);
  return document;
};
