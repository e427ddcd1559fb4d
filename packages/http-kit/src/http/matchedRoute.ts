import type { Request } from "express";

/**
 * Returns the pattern of the route that the request matched, as OpenAPI spells it: `/carts/{id}`. Returns `undefined`
 * if no route matched. Logs and spans name a request by this pattern and never by its path, which may hold a user's id.
 * Routers are mounted at the root, so a route's own pattern is the whole pattern.
 */
export const matchedRoute = ({ route }: Pick<Request, "route">): string | undefined => {
  const matched: unknown = route;
  if (typeof matched !== "object" || matched === null || !("path" in matched)) return undefined;
  return String(matched.path).replaceAll(/:(\w+)/g, "{$1}");
};
