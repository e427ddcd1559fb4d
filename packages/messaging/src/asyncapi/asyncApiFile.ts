import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { asyncApiDocument } from "./asyncApiDocument.ts";

export const asyncApiPath = fileURLToPath(new URL("../../../../docs/asyncapi.yaml", import.meta.url));

/** The whole text of `docs/asyncapi.yaml`. */
export const asyncApiFile = (): string =>
  "# Made by `npm run docs:asyncapi` from the schemas of packages/domain.\n" +
  // Through JSON, as schemas of types that share a part share its object, which YAML would write as an alias.
  stringify(JSON.parse(JSON.stringify(asyncApiDocument())), { lineWidth: 120 });
