import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Returns the path of a program on the PATH, or `undefined` if no folder of it has the program. */
export const findProgram = async (name: string): Promise<string | undefined> => {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      continue; // The program is not in this folder.
    }
  }
  return undefined;
};
