import type { Express } from "express";

/** What Express keeps of a router, as far as it is needed here; its types have no more than `unknown` of it. */
type Layer = {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
  /** Whether it matches every path: so a router is mounted that has no path of its own. */
  readonly slash?: boolean;
};

/**
 * The routes of an app, as `GET /carts/{id}`: what OpenAPI calls its operations.
 * A catch-all for other methods is none. Throws for what has no such name: a router
 * that is mounted below a path, and a path that is a pattern.
 */
export const routesOf = (app: Express): string[] => {
  const inStack = (stack: readonly Layer[]): string[] =>
    stack.flatMap(({ route, handle, slash }) => {
      if (route !== undefined) return inRoute(route);
      if (handle.stack === undefined) return [];
      if (slash !== true) throw new Error("a router is mounted below a path: mount it at the root, with whole paths");
      return inStack(handle.stack);
    });
  const { stack } = app.router as unknown as { readonly stack: readonly Layer[] };
  return inStack(stack);
};

const inRoute = ({ path, methods }: NonNullable<Layer["route"]>): string[] => {
  if (typeof path !== "string" || /[*{}]/.test(path)) throw new Error(`the route ${String(path)} has no path that OpenAPI can name`);
  return Object.keys(methods)
    .filter((method) => method !== "_all")
    .map((method) => `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
};
