/** Who a verified token speaks for. */
export type Actor = {
  /** Its `sub`. */
  readonly userId: string;
  readonly tenantId: string;
  /** It has the scope `carts:admin`, so it may act on all of its tenant. */
  readonly isAdmin: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

/** Who a request may act for: an actor, or anybody while the service checks no tokens. */
export type Access = Actor | "unchecked";

export type Owner = { readonly userId: string; readonly tenantId: string };

/** The one rule: an actor's own in its own tenant, and an administrator's whole tenant. */
export const mayActOn = (access: Access, { userId, tenantId }: Owner): boolean =>
  access === "unchecked" || (tenantId === access.tenantId && (access.isAdmin || userId === access.userId));
