/** What was found that must not be. */
export type Findings = readonly string[];

/** The search must find the person in each place before the erasure, or it would find nothing there afterwards either. */
export const requireSeen = (seen: Findings, places: readonly string[]): void => {
  for (const place of places) {
    if (!seen.some((finding) => finding.startsWith(`${place}:`)))
      throw new Error(`the search is blind: the person is not in ${place} before the erasure, but in ${seen.join("; ")}`);
  }
};

export const difference = (what: string, before: string, after: string): Findings => {
  if (before === after) return [];
  const [was, is] = [before.split("\n"), after.split("\n")];
  const at = was.findIndex((line, index) => line !== is[index]);
  return [`${what} changed: ${was[at]?.trim().slice(0, 200)} became ${is[at]?.trim().slice(0, 200)}`];
};
