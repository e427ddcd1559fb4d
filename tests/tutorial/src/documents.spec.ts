import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@cart/tools/own-servers";
import { expect } from "chai";

const folder = join(repositoryRoot, "docs/tutorial");

/** The code blocks of a document, each with the file that the last link before it names. */
const blocksOf = (document: string): readonly { readonly file: string | undefined; readonly code: string }[] =>
  document.split(/^```(?:ts|json)\n/m).flatMap((part, index, parts) => {
    if (index === 0) return [];
    const [code = ""] = part.split(/^```$/m);
    const file = parts[index - 1]
      ?.split("```")
      .at(-1)
      ?.match(/\]\(\.\.\/\.\.\/([\w./-]+\.(?:ts|json))\)[^\n]*\n\n?$/)?.[1];
    return [{ file, code }];
  });

/** The lines without their indentation, because an excerpt stands at the margin. */
const linesOf = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");

describe("the code in docs/tutorial", () => {
  for (const name of readdirSync(folder)) {
    it(`of ${name} is an excerpt of the file that is named above it, which is compiled and run`, () => {
      for (const { file, code } of blocksOf(readFileSync(join(folder, name), "utf8"))) {
        expect(file, `the file of the block\n${code}`).to.be.a("string");
        const source = readFileSync(join(repositoryRoot, file ?? ""), "utf8");
        expect(linesOf(source), file).to.contain(linesOf(code));
      }
    });
  }

  it("is there for each step", () => {
    const counts = readdirSync(folder).map((name) => `${name} ${blocksOf(readFileSync(join(folder, name), "utf8")).length}`);
    expect(counts).to.have.length.greaterThan(0);
    expect(counts.filter((count) => count.endsWith(" 0"))).to.deep.equal(["6-costs.md 0", "README.md 0"]);
  });
});
