import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repositoryRoot } from "@cart/tools/own-servers";
import openapiTypescript, { astToString } from "openapi-typescript";

const apis = { "command-api": "commandApi.ts", "query-api": "queryApi.ts" } as const;

/** The types of both APIs as their OpenAPI documents describe them now, by file. */
export const generatedTypes = async (): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>();
  for (const [service, file] of Object.entries(apis)) {
    const head = `// Made from the OpenAPI document of ${service} by npm run generate:client. Do not edit it.\n`;
    const types = astToString(
      await openapiTypescript(JSON.stringify(await documentOf(service)), { alphabetize: true, defaultNonNullable: false }),
    );
    files.set(join(repositoryRoot, "packages/client/src/generated", file), `${head}${types}`);
  }
  return files;
};

/** Services export nothing, so the document is read from the module that defines the API. */
const documentOf = async (service: string): Promise<unknown> => {
  const module: unknown = await import(pathToFileURL(join(repositoryRoot, "services", service, "src/api.ts")).href);
  const api = typeof module === "object" && module !== null && "api" in module ? module.api : undefined;
  if (typeof api !== "object" || api === null || !("document" in api))
    throw new Error(`src/api.ts of ${service} exports no api with a document`);
  return api.document;
};
