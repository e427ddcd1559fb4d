import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repositoryRoot } from "./paths.ts";

const folder = join(repositoryRoot, "docs/adr");
const sections = ["Context", "Alternatives considered", "Decision", "Consequences"];
const form = /^# (?<number>\d+)\. (?<title>.+)\n\n- Status: (?<status>(?:.|\n {2})+)\n- Date: (?<date>\d{4}-\d\d-\d\d)\n/;

const records = readdirSync(folder)
  .filter((file) => file !== "README.md")
  .toSorted()
  .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));

describe("the architecture decisions", () => {
  for (const [index, { file, text }] of records.entries()) {
    it(`${file} has a number, a title, a status, a date and every section`, () => {
      expect(form.exec(text)?.groups?.["number"], "its number").to.equal(String(index + 1));
      expect(file.slice(0, 4), "its number in the file name").to.equal(`${String(index + 1).padStart(3, "0")}-`);
      expect(
        [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title),
        "its sections",
      ).to.deep.equal(sections);
    });
  }

  it("are all in the index, with their titles, statuses and dates", () => {
    const index = readFileSync(join(folder, "README.md"), "utf8");
    const rows = [...index.matchAll(/^\| \d.*$/gm)]
      .map(([row]) => row.split("|").map((cell) => cell.trim()))
      .map((cells) => cells.slice(1, -1));
    const expected = records.map(({ file, text }) => {
      const { number, title, status, date } = form.exec(text)?.groups ?? {};
      return [number, `[${title}](${file})`, status?.replaceAll("\n  ", " "), date];
    });
    expect(rows).to.deep.equal(expected);
  });
});
