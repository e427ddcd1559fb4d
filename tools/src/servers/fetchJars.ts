import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import mavenUrls from "mvn-artifact-url";
import { explain, UserError } from "../userError.ts";

/** `GROUP:ARTIFACT:VERSION`, as Maven names a jar, and the SHA-256 of its file. */
export type Jar = readonly [coordinates: string, sha256: string];

type ArtifactUrl = typeof mavenUrls.default;
/** Node.js gives the whole CommonJS module for its default export, tsx the function in it. */
const given: ArtifactUrl | { readonly default: ArtifactUrl } = mavenUrls;
const artifactUrl = typeof given === "function" ? given : given.default;

const concurrentRequests = 6;
const attempts = 3;
/** Milliseconds for one jar. */
const timeout = 120_000;
/** No jar of Kafka has a fourth of this. A server that sends more has something else. */
const maxJarBytes = 64 * 1024 * 1024;

/**
 * Fetches jars into the folder from Maven Central, or from the mirror of it that this user's Maven settings name. Every jar must have
 * its hash, so a mirror needs no trust.
 */
export const fetchJars = async (jars: readonly Jar[], folder: string, signal?: AbortSignal): Promise<void> => {
  const base = await repositoryOf();
  const stopped = new AbortController();
  const queue = [...jars];
  const fetchNext = async (): Promise<void> => {
    for (let jar = queue.shift(); jar !== undefined; jar = queue.shift()) {
      await fetchJar(jar, { base, folder, signal: AbortSignal.any([stopped.signal, ...(signal === undefined ? [] : [signal])]) });
    }
  };
  const fetched = Array.from({ length: concurrentRequests }, fetchNext);
  try {
    await Promise.all(fetched);
  } finally {
    // Nothing is written any more when this returns: the caller removes the folder of a failed fetch.
    stopped.abort();
    await Promise.allSettled(fetched);
  }
};

type Source = { readonly base: string | undefined; readonly folder: string; readonly signal: AbortSignal };

const fetchJar = async ([coordinates, sha256]: Jar, { base, folder, signal }: Source): Promise<void> => {
  const [groupId = "", artifactId = "", version = ""] = coordinates.split(":");
  const url = await artifactUrl({ groupId, artifactId, version, extension: "jar" }, base);
  const file = join(folder, `${artifactId}-${version}.jar`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const hash = await download(url, file, AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
      if (hash === sha256) return;
      throw new UserError("its SHA-256 is not the one of this jar");
    } catch (error) {
      if (attempt < attempts && !signal.aborted) continue;
      throw new UserError(`${coordinates} could not be fetched from ${new URL(url).host}: ${explain(error)}`);
    }
  }
};

/** Writes what the URL answers into the file; returns its SHA-256. */
const download = async (url: string, file: string, signal: AbortSignal): Promise<string> => {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new UserError(`the answer is ${response.status}`);
  }
  const hash = createHash("sha256");
  let bytes = 0;
  await pipeline(
    Readable.fromWeb(response.body),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > maxJarBytes) throw new UserError(`the answer has more than ${maxJarBytes} bytes`);
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
    { signal },
  );
  return hash.digest("hex");
};

/** The URL of a repository with a slash at its end, or `undefined` for Maven Central. */
const repositoryOf = async (): Promise<string | undefined> => {
  const named = process.env["MAVEN_MIRROR"] ?? "";
  const url = named === "" ? findMavenMirror(await readFile(join(homedir(), ".m2/settings.xml"), "utf8").catch(() => "")) : named;
  return url?.replace(/\/*$/, "/");
};

/** Returns the URL of the first mirror of Maven Central in the text of a settings.xml, or `undefined` if it names none. */
export const findMavenMirror = (settings: string): string | undefined => {
  const withoutComments = settings.replaceAll(/<!--[^]*?-->/g, "");
  for (const [, mirror = ""] of withoutComments.matchAll(/<mirror>([^]*?)<\/mirror>/g)) {
    const of = (textIn(mirror, "mirrorOf") ?? "").split(",").map((id) => id.trim());
    if (of.includes("!central") || !of.some((id) => ["central", "*", "external:*"].includes(id))) continue;
    return textIn(mirror, "url");
  }
  return undefined;
};

const textIn = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}>\\s*([^<]*?)\\s*</${element}>`).exec(xml)?.[1]?.replaceAll("&amp;", "&");
