import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type ObjectStorage, requireFitting, requireKey } from "./objectStorage.ts";

/**
 * Keeps each object in a file of a folder. An object appears whole or not at all, and is on the disk when `put` resolves: it is
 * written to a temporary file and linked to its name, which fails if the name is taken. A process that is killed leaves at most a
 * temporary file, whose name begins with a dot. The file system needs hard links.
 */
export const openFolderStorage = (folder: string): ObjectStorage => {
  const pathOf = (key: string): string => {
    requireKey(key);
    return join(folder, ...key.split("/"));
  };
  return {
    put: async (key, content) => {
      requireFitting(key, content.length);
      const path = pathOf(key);
      if ((await sizeOf(path)) !== undefined) {
        // A process that was killed may have linked it and not have come to this.
        await syncFolders(dirname(path), folder);
        return false;
      }
      await mkdir(dirname(path), { recursive: true });
      const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}`);
      await writeDurably(temporary, content);
      const isNew = await linkTo(temporary, path).finally(() => unlink(temporary));
      await syncFolders(dirname(path), folder);
      return isNew;
    },
    get: async (key) => {
      const path = pathOf(key);
      const size = await sizeOf(path);
      if (size === undefined) return undefined;
      requireFitting(key, size);
      return unlessMissing(readFile(path));
    },
    head: async (key) => {
      const bytes = await sizeOf(pathOf(key));
      return bytes === undefined ? undefined : { bytes };
    },
    delete: async (key) => {
      const path = pathOf(key);
      if ((await sizeOf(path)) === undefined) return;
      await unlessMissing(unlink(path));
      await syncFolder(dirname(path));
    },
    close: () => undefined,
  };
};

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

const unlessMissing = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
};

const sizeOf = async (path: string): Promise<number | undefined> => (await unlessMissing(stat(path)))?.size;

const writeDurably = async (path: string, content: Uint8Array): Promise<void> => {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Resolves to whether the name was free. */
const linkTo = async (temporary: string, path: string): Promise<boolean> => {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
};

/**
 * Brings the entries of a folder to the disk, and those of its parents up to the storage's own folder, whose entry follows unless its
 * parent may not be opened: then somebody else has made the storage's folder.
 */
const syncFolders = async (folder: string, storage: string): Promise<void> => {
  const root = resolve(storage);
  for (let next = resolve(folder); next !== root; next = dirname(next)) await syncFolder(next);
  await syncFolder(root);
  await syncFolder(dirname(root)).catch((error: unknown) => {
    if (codeOf(error) !== "EACCES") throw error;
  });
};

const syncFolder = async (folder: string): Promise<void> => {
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
};
