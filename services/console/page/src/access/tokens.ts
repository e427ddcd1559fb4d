/** What a person signed in with. */
export type Tokens = {
  /** The bearer token of every request. */
  readonly access: string;
  /** Exchanged for new tokens; absent after a token was pasted. */
  readonly refresh?: string;
  /** Tells the issuer who signs out. */
  readonly id?: string;
  /** When `access` ends, in milliseconds since 1970, if the issuer said so. */
  readonly expiresAt?: number;
};

const key = "console.tokens";

/** The tokens live as long as the tab: a session storage belongs to one tab and one origin. */
export const tokens = {
  get: (): Tokens | undefined => {
    const stored = window.sessionStorage.getItem(key);
    return stored === null ? undefined : (JSON.parse(stored) as Tokens);
  },
  set: (value: Tokens): void => window.sessionStorage.setItem(key, JSON.stringify(value)),
  clear: (): void => window.sessionStorage.removeItem(key),
};

/** Tells the page that a token was refused, so that it asks the person to sign in again. */
export const refusals = new EventTarget();
