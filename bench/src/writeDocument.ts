import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";

export type Part = {
  /** Of its markers in docs/performance.md. */
  readonly name: "measured" | "growth" | "memory";
  /** What made it. */
  readonly command: string;
  readonly table: string;
  /** A file beside the document. */
  readonly chart: { readonly file: string; readonly svg: string };
};

/** Puts a run's table and chart into docs/performance.md, between its markers, with the command that made them. */
export const writeDocument = async ({ name, command, table, chart }: Part): Promise<void> => {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const document = join(repositoryRoot, "docs/performance.md");
  const text = await readFile(document, "utf8");
  const [before, after] = [text.split(begin)[0], text.split(end)[1]];
  if (before === undefined || after === undefined) throw new Error(`${document} has lost its markers ${begin} and ${end}`);
  await writeFile(join(repositoryRoot, "docs", chart.file), chart.svg);
  await writeFile(document, `${before}${begin}\n\n\`${command}\`\n\n${table}\n\n${end}${after}`);
};
