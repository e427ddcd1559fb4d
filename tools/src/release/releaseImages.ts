import { services } from "../services.ts";

export type ReleaseImage = { readonly name: string; readonly target: "service" | "migrations" | "topics"; readonly package: string };

/** Every image of a release: one for each service, and the two jobs that run before them. */
export const releaseImages: readonly ReleaseImage[] = [
  ...services.map(({ name }) => ({ name, target: "service" as const, package: `@cart/${name}` })),
  { name: "migrations", target: "migrations", package: "@cart/migrations" },
  { name: "topics", target: "topics", package: "@cart/messaging" },
];
