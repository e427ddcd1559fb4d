import { dataFolder } from "./paths.ts";

/**
 * Returns the lines that offer a rebuild of the read model if another release built its rows, as the projector's metrics tell. Metrics that
 * cannot be read are no reason to end a start: the projector's log has the advice too.
 */
export const findRebuildAdvice = async (projectorUrl: string, folder: string): Promise<readonly string[]> => {
  const metrics = await fetch(`${projectorUrl}/metrics`, { signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.text(),
    () => "",
  );
  // A sample of Prometheus' text format, with labels or without: cart_outdated_projections{service="projector"} 1
  const outdated = Number(/^cart_outdated_projections(?:\{[^}]*\})? (\d+)$/m.exec(metrics)?.[1] ?? 0);
  if (outdated === 0) return [];
  return [
    "The data is of another release, whose read model may lack what this one shows.",
    "Rebuild it from the events, while everything stays in use:",
    `  npm run projector -- rebuild${folder === dataFolder ? "" : ` --data ${folder}`}`,
    "",
  ];
};
