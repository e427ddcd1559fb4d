import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { repositoryRoot } from "./paths.ts";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: repositoryRoot, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "");
const textOf = (file: string): string => readFileSync(join(repositoryRoot, file), "utf8");

/** The folders of one level below `parent`, such as `mysql` below `packages`. */
const foldersIn = (parent: string): string[] => [
  ...new Set(files.filter((file) => file.startsWith(`${parent}/`)).flatMap((file) => file.split("/").slice(1, -1).slice(0, 1))),
];

/** The first cells of a document's table rows. */
const firstCells = (document: string): string[] =>
  [...textOf(document).matchAll(/^\| ([^|]+?) +\|/gm)].map(([, cell = ""]) => cell).filter((cell) => !/^-+$/.test(cell));

describe("the tables of folders", () => {
  const cells = firstCells("CONTRIBUTING.md").flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, folder = ""]) => folder));

  it("CONTRIBUTING.md has each package, and no other", () => {
    const listed = cells.filter((cell) => cell.startsWith("packages/"));
    expect(listed).to.have.members(foldersIn("packages").map((name) => `packages/${name}`));
  });

  it("CONTRIBUTING.md has each folder of the root that has code", () => {
    const root = new Set(files.filter((file) => /\.(?:ts|mjs|yaml)$/.test(file) && file.includes("/")).map((file) => file.split("/")[0]));
    const listed = new Set(cells.map((cell) => cell.split("/")[0]));
    expect([...root].filter((folder) => folder !== "docs" && !listed.has(folder))).to.deep.equal([]);
  });

  it("README.md has each service, and no other", () => {
    const [, table = ""] = /\n\| service +\|[^\n]+\n[^\n]+\n((?:\|[^\n]+\n)+)/.exec(textOf("README.md")) ?? [];
    const listed = table.split("\n").flatMap((row) =>
      row
        .split("|")
        .slice(1, 2)
        .map((cell) => cell.trim()),
    );
    expect(listed).to.have.members(foldersIn("services"));
  });

  it("README.md or a document that it links has a link to each document", () => {
    const linked = (document: string): string[] =>
      [...textOf(document).matchAll(/\]\(([\w./-]+?)(?:#[\w-]+)?\)/g)].map(([, target = ""]) => join(dirname(document), target));
    const reached = new Set(["README.md"]);
    for (const document of reached)
      for (const target of linked(document)) if (target.endsWith(".md") && files.includes(target)) reached.add(target);
    expect(files.filter((file) => file.startsWith("docs/") && file.endsWith(".md") && !reached.has(file))).to.deep.equal([]);
  });

  it("no document names a folder or file of the repository that does not exist", () => {
    const documents = files.filter((file) => file.endsWith(".md") && !file.startsWith("docs/adr/"));
    const known = new Set(files.flatMap((file) => file.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"))));
    const wrong = documents.flatMap((document) =>
      [...textOf(document).matchAll(/`((?:packages|services|migrations|tools|tests|infra|docs|bench)\/[\w./-]*[\w])\/?`/g)]
        .map(([, path = ""]) => path)
        // A file name with TYPE in it stands for several.
        .filter((path) => !known.has(path) && !path.includes("TYPE"))
        .map((path) => `${document}: ${path}`),
    );
    expect(wrong).to.deep.equal([]);
  });
});
