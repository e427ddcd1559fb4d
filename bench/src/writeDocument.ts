import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";

export type Part = {
  /** The name in its markers in docs/performance.md. */
  readonly name: "measured" | "growth" | "memory";
  /** The command that measured it. */
  readonly command: string;
  readonly table: string;
  /** Charts and raw data, with their paths from docs/. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
};

/** Writes a run's table and its command into docs/performance.md, between the markers, and its files beside the document. */
export const writeDocument = async ({ name, command, table, files }: Part): Promise<void> => {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const document = join(repositoryRoot, "docs/performance.md");
  const text = await readFile(document, "utf8");
  const [before, after] = [text.split(begin)[0], text.split(end)[1]];
  if (before === undefined || after === undefined) throw new Error(`${document} has lost its markers ${begin} and ${end}`);
  for (const { path, content } of files) {
    const file = join(repositoryRoot, "docs", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await writeFile(document, `${before}${begin}\n\n\`${command}\`\n\n${table}\n\n${end}${after}`);
};
