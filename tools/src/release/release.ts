import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { repositoryRoot } from "../paths.ts";
import { type Report, step } from "../progress.ts";
import { findDocker } from "../servers/docker.ts";
import { UserError } from "../userError.ts";
import { type Manifest, readManifests } from "./manifests.ts";
import { releaseImages } from "./releaseImages.ts";
import { releaseNotes } from "./releaseNotes.ts";

export type ReleaseOptions = {
  /** Whether the images and packages leave this machine. Otherwise they are only built. */
  readonly publish: boolean;
  /** The tag that was pushed, which has to be that of the version. */
  readonly tag: string | undefined;
  readonly report: Report;
  readonly signal: AbortSignal;
};

const folder = join(repositoryRoot, "release");

/**
 * Makes a release of the version in package.json in the folder `release`: notes, software bill of materials, packages and
 * images. It can run again: whatever it makes replaces what an earlier run made. With `publish`, everything is built before
 * anything is published.
 */
export const release = async (options: ReleaseOptions): Promise<void> => {
  const { publish, report } = options;
  const manifests = readManifests();
  const version = manifests[0]?.version ?? "";
  const registry = process.env["IMAGE_REGISTRY"] ?? "";
  if (publish && registry === "")
    throw new UserError("IMAGE_REGISTRY is not set: expected where images are pushed, such as registry.example/team");
  const notes = await checkVersion(manifests, version, options);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "notes.md"), `${notes}\n`);
  report(`✔ notes of ${version}: release/notes.md`);
  await step(report, "bill of materials: release/sbom.cdx.json", () => writeBillOfMaterials(options));
  const packages = await packPackages(manifests, options);
  const images = await buildImages(version, options);
  if (!publish) return report(`Nothing was published: npm run release -- --publish does that.`);
  if (images === undefined) throw new UserError("nothing was published, because the images could not be built");
  for (const image of images) {
    const target = `${registry}/${image}`;
    await step(report, `${target} pushed`, async () => {
      await run(options, "docker", ["tag", image, target]);
      await run(options, "docker", ["push", target]);
    });
  }
  for (const { name, file } of packages) await step(report, `package ${name} ${version} published`, () => publishPackage(file, options));
};

/** A registry takes a version once. If it has the version already, an earlier run of this release published it and failed later. */
const publishPackage = async (file: string, options: ReleaseOptions): Promise<void> => {
  try {
    await run(options, "npm", ["publish", "--access", "public", file]);
  } catch (error) {
    if (!(error instanceof UserError && isPublishedBefore(error.message))) throw error;
    options.report(`the registry has ${file} from an earlier run`);
  }
};

/** Whether npm failed because the registry has this version of a package, and not because it may not be published from here. */
export const isPublishedBefore = (output: string): boolean => /EPUBLISHCONFLICT|\bE409\b|cannot publish over/i.test(output);

/** Returns the notes. Throws a `UserError` that names everything that contradicts the version. */
const checkVersion = async (manifests: readonly Manifest[], version: string, { publish, tag, signal }: ReleaseOptions): Promise<string> => {
  const problems = manifests
    .filter((manifest) => manifest.version !== version)
    .map((manifest) => `${manifest.name} has the version ${manifest.version}, and the repository ${version}`);
  if (tag !== undefined && tag !== `v${version}`) problems.push(`the tag is ${tag}, and the version in package.json is ${version}`);
  const { stdout: changes } = await execa("git", ["status", "--porcelain"], { cwd: repositoryRoot, cancelSignal: signal });
  if (publish && changes !== "") problems.push("there are files that are not committed: a release is made of a commit");
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return releaseNotes(await readFile(join(repositoryRoot, "CHANGELOG.md"), "utf8"), version);
};

const writeBillOfMaterials = async (options: ReleaseOptions): Promise<void> => {
  const file = join(folder, "sbom.cdx.json");
  await run(options, "pnpm", ["sbom", "--prod", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--out", file]);
};

type Packed = { readonly name: string; readonly file: string };

/** Packs every package that is not private, as npm would publish it. */
const packPackages = async (manifests: readonly Manifest[], options: ReleaseOptions): Promise<readonly Packed[]> => {
  const packages = manifests.filter(({ isPublic }) => isPublic);
  const packed: Packed[] = [];
  for (const { folder: source, name, version } of packages) {
    const file = join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
    // pnpm pack, because npm does not replace the versions of the catalog and the workspace.
    await step(options.report, `package ${name} ${version}`, () => run(options, "pnpm", ["--dir", source, "pack", "--out", file]));
    packed.push({ name, file });
  }
  if (packages.length === 0) options.report("no package is public");
  return packed;
};

/** Returns the names of the images, or `undefined` if no Docker engine can be used, with the reason in the report. */
const buildImages = async (version: string, options: ReleaseOptions): Promise<readonly string[] | undefined> => {
  const reason = await findDocker();
  if (reason !== undefined) {
    options.report(`no images were built: ${reason}`);
    return undefined;
  }
  const images: string[] = [];
  for (const { name, target, package: source } of releaseImages) {
    const image = `event-sourced-cart/${name}:${version}`;
    const args = ["build", "--quiet", "--target", target, "--build-arg", `PACKAGE=${source}`, "--tag", image, "."];
    await step(options.report, `image ${image}`, () => run(options, "docker", args));
    images.push(image);
  }
  return images;
};

const run = async ({ signal }: ReleaseOptions, program: string, args: readonly string[]): Promise<void> => {
  const { failed, all } = await execa(program, args, { cwd: repositoryRoot, reject: false, all: true, cancelSignal: signal });
  if (failed) throw new UserError(`${program} ${args[0]} failed:\n${all.trim().split("\n").slice(-15).join("\n")}`);
};
