/** The user for whom a verified token speaks. */
export type Actor = {
  /** The token's `sub`. */
  readonly userId: string;
  /** The customer organisation of which the user is a member; a token names exactly one. */
  readonly tenantId: string;
  /** The words of the token's `scope`; what each allows is for the API to say. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

/** For whom a request may act: an actor, or anyone while the service checks no tokens. */
export type Access = Actor | "unchecked";
