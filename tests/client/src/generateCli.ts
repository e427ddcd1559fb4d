import { writeFile } from "node:fs/promises";
import { generatedTypes } from "./generatedTypes.ts";

for (const [file, text] of await generatedTypes()) {
  await writeFile(file, text);
  console.log(file);
}
