const dayMs = 86_400_000;

/** How long a tenant's finished carts stay. */
export type Retention = {
  /** Returns the time before which a finished cart of the tenant must have had its last event; `undefined` if its carts stay for ever. */
  readonly cutoffOf: (tenantId: string) => Date | undefined;
  /** The latest of these times over all tenants; `undefined` if no cart is ever archived. */
  readonly latest: Date | undefined;
};

type Settings = { readonly ARCHIVE_AFTER_DAYS?: number | undefined; readonly ARCHIVE_TENANTS?: string | undefined };

/** Reads the policy from the settings, as of now. Throws for tenants that are not written as expected. */
export const retentionOf = ({ ARCHIVE_AFTER_DAYS: days, ARCHIVE_TENANTS: tenants = "" }: Settings, now: Date): Retention => {
  const own = new Map(
    tenants
      .split(",")
      .filter((entry) => entry.trim() !== "")
      .map((entry) => parseTenant(entry.trim())),
  );
  const cutoff = (after: number | undefined): Date | undefined =>
    after === undefined ? undefined : new Date(now.getTime() - after * dayMs);
  const all = [days, ...own.values()].filter((after) => after !== undefined);
  return {
    cutoffOf: (tenantId) => cutoff(own.has(tenantId) ? own.get(tenantId) : days),
    latest: cutoff(all.length === 0 ? undefined : Math.min(...all)),
  };
};

const parseTenant = (entry: string): readonly [tenantId: string, days: number | undefined] => {
  const [, id = "", text = ""] = /^([^:]+):(never|\d+(?:\.\d+)?)$/.exec(entry) ?? [];
  if (id === "") throw new Error(`ARCHIVE_TENANTS has ${JSON.stringify(entry)}: expected tenant:days or tenant:never, separated by commas`);
  return [decodeURIComponent(id), text === "never" ? undefined : Number(text)];
};
