import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repositoryRoot } from "../paths.ts";
import { services } from "../services.ts";
import { readManifests } from "./manifests.ts";
import { isPublishedBefore } from "./release.ts";
import { releaseImages } from "./releaseImages.ts";
import { releaseNotes } from "./releaseNotes.ts";

const text = (file: string): string => readFileSync(join(repositoryRoot, file), "utf8");

describe("the notes of a release", () => {
  const changelog = "# Changelog\n\n## 1.1.0 - 2026-12-01\n\nNew.\n\n### Upgrading\n\nMigrate.\n\n## 1.0.0 - 2026-11-26\n\nFirst.\n";

  it("are the section of its version", () => {
    expect(releaseNotes(changelog, "1.1.0")).to.equal("New.\n\n### Upgrading\n\nMigrate.");
    expect(releaseNotes(changelog, "1.0.0")).to.equal("First.");
  });

  it("are missed, or refused without a date or a text", () => {
    expect(() => releaseNotes(changelog, "1.0")).to.throw('CHANGELOG.md has no section "## 1.0 - DATE"');
    expect(() => releaseNotes("## 2.0.0 - soon\n\nMore.", "2.0.0")).to.throw('expected "## 2.0.0 - YYYY-MM-DD"');
    expect(() => releaseNotes("## 2.0.0 - 2027-01-01\n\n", "2.0.0")).to.throw("says nothing about 2.0.0");
  });
});

describe("the version of this repository", () => {
  const manifests = readManifests();
  const version = manifests[0]?.version ?? "";

  it("is that of every package, and has notes", () => {
    expect(manifests.filter((manifest) => manifest.version !== version)).to.deep.equal([]);
    expect(releaseNotes(text("CHANGELOG.md"), version)).to.not.equal("");
  });

  it("is that of the images in the Kubernetes examples, which are all images of a release", () => {
    const used = readdirSync(join(repositoryRoot, "infra/kubernetes")).flatMap((file) =>
      [...text(join("infra/kubernetes", file)).matchAll(/image: event-sourced-cart\/(\S+)/g)].map(([, image]) => image ?? ""),
    );
    expect([...new Set(used)].toSorted()).to.deep.equal(releaseImages.map(({ name }) => `${name}:${version}`).toSorted());
  });

  it("is that of the APIs' documents and of the description of the messages", () => {
    const apis = services.map(({ name }) => `services/${name}/src/api.ts`).filter((file) => existsSync(join(repositoryRoot, file)));
    expect(apis).to.include("services/query-api/src/api.ts");
    const documents = [...apis, "packages/messaging/src/asyncapi/asyncApiDocument.ts"];
    for (const file of documents) expect(text(file), file).to.contain(`  version: "${version}",\n`);
  });

  it("has images of packages that exist", () => {
    for (const image of releaseImages) expect(manifests.map(({ name }) => name)).to.include(image.package);
  });
});

describe("a package that cannot be published", () => {
  const answers: readonly (readonly [boolean, string])[] = [
    [true, "npm error code E403\nnpm error 403 You cannot publish over the previously published versions: 1.0.0."],
    [true, "npm error code EPUBLISHCONFLICT"],
    [true, "npm error code E409\nnpm error 409 Conflict - PUT - Cannot publish over existing version"],
    [false, "npm error code E403\nnpm error 403 Forbidden - PUT - You do not have permission to publish this package"],
    [false, "npm error code ENEEDAUTH"],
  ];
  for (const [before, output] of answers) {
    it(`${before ? "is left as it is" : "ends the release"} if npm says: ${output.split("\n").at(-1)}`, () => {
      expect(isPublishedBefore(output)).to.equal(before);
    });
  }
});
