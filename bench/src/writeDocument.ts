import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";
import { type Result, toTable } from "./table.ts";
import { toChart } from "./toChart.ts";

const begin = "<!-- measured: begin -->";
const end = "<!-- measured: end -->";

/** Puts a run's table and chart into docs/performance.md, between its markers, with the command that made them. */
export const writeDocument = async (results: readonly Result[], command: string): Promise<void> => {
  const document = join(repositoryRoot, "docs/performance.md");
  const text = await readFile(document, "utf8");
  const [before, after] = [text.split(begin)[0], text.split(end)[1]];
  if (before === undefined || after === undefined) throw new Error(`${document} has lost its markers ${begin} and ${end}`);
  await writeFile(join(repositoryRoot, "docs/performance.svg"), toChart(results));
  await writeFile(document, `${before}${begin}\n\n\`${command}\`\n\n${toTable(results)}\n\n${end}${after}`);
};
