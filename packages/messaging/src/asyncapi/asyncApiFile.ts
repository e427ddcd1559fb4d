import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { asyncApiDocument } from "./asyncApiDocument.ts";

export const asyncApiPath = fileURLToPath(new URL("../../../../docs/asyncapi.yaml", import.meta.url));

/** Returns the whole text of `docs/asyncapi.yaml`. */
export const asyncApiFile = (): string =>
  "# Made by `npm run docs:asyncapi` from the schemas of packages/domain.\n" +
  // The copy by JSON is needed because schemas share the objects of common parts, which YAML would write as aliases.
  stringify(JSON.parse(JSON.stringify(asyncApiDocument())), { lineWidth: 120 });
