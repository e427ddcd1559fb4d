import { writeFileSync } from "node:fs";
import { asyncApiFile, asyncApiPath } from "./asyncApiFile.ts";

writeFileSync(asyncApiPath, asyncApiFile());
console.log("docs/asyncapi.yaml has been written");
