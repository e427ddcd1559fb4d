import { relative } from "node:path";
import { dataFolder } from "./paths.ts";

/**
 * Returns the advice to rebuild the read model if another release built its rows, as the projector's metrics tell, or `undefined` if it needs no rebuild.
 * Metrics that cannot be read are no reason to end a start: the projector's log has the advice too.
 */
export const findRebuildAdvice = async (projectorUrl: string, folder: string): Promise<string | undefined> => {
  const metrics = await fetch(`${projectorUrl}/metrics`, { signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.text(),
    () => "",
  );
  const outdated = Number(/^cart_outdated_projections (\d+)$/m.exec(metrics)?.[1] ?? 0);
  if (outdated === 0) return undefined;
  const option = folder === dataFolder ? "" : ` --data ${relative(process.env["INIT_CWD"] ?? process.cwd(), folder) || "."}`;
  return [
    "The data is of another release, whose read model may lack what this one shows.",
    "Rebuild it from the events, while everything stays in use:",
    `  npm run projector -- rebuild${option}`,
  ].join("\n");
};
