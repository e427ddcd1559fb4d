import type { Issuer } from "./openIdConnect.ts";
import { tokens } from "./tokens.ts";

/** The library of the flow is loaded by people who use it only. */
const flow = () => import("./openIdConnect.ts");

let asked: Promise<Issuer | null> | undefined;

/** How people sign in; null if they paste a token. */
export const readIssuer = (): Promise<Issuer | null> => {
  asked ??= fetch("/sign-in.json")
    .then(async (response) => {
      if (!response.ok) throw new Error(`The console answered ${response.status}.`);
      return (await response.json()) as Issuer | null;
    })
    .catch((error: unknown) => {
      asked = undefined;
      throw error;
    });
  return asked;
};

/** Sends the browser to the issuer, and then back to where the person is now. */
export const signInAt = async (issuer: Issuer): Promise<void> => {
  const { pathname, search } = window.location;
  await (await flow()).startSignIn(issuer, pathname === "/signed-in" ? "/" : `${pathname}${search}`);
};

/** Resolves to the path from which the person began to sign in. */
export const completeSignIn = async (): Promise<string> => {
  const issuer = await readIssuer();
  if (issuer === null) throw new Error("People do not sign in at an issuer here.");
  return (await flow()).finishSignIn(issuer);
};

/** Forgets the tokens at once, and then ends them at the issuer, if they are of one. */
export const signOut = async (): Promise<void> => {
  const old = tokens.get();
  tokens.clear();
  if (old?.id === undefined && old?.refresh === undefined) return;
  try {
    const issuer = await readIssuer();
    if (issuer !== null) await (await flow()).signOutAtIssuer(issuer, old);
  } catch {
    // The issuer does not answer. This tab has forgotten the tokens, and they end by themselves.
  }
};

/** Milliseconds before its end at which a token is renewed: longer than a request takes. */
const renewBeforeMs = 30_000;

let renewing: Promise<void> | undefined;

const renew = async (): Promise<void> => {
  const old = tokens.get();
  const { refresh } = old ?? {};
  if (old === undefined || refresh === undefined) return;
  try {
    const issuer = await readIssuer();
    const renewed = issuer === null ? undefined : await (await flow()).renewTokens(issuer, { ...old, refresh });
    // The person may have signed out, or in as somebody else, while the issuer was asked.
    if (tokens.get()?.access !== old.access) return;
    const { refresh: _refused, ...rest } = old;
    tokens.set(renewed ?? rest);
  } catch {
    // The issuer does not answer: the token is used as long as it lasts, and the next request tries again.
  }
};

/** The token of the next request, renewed if it ends soon. All requests of a moment wait for one renewal. */
export const currentToken = async (): Promise<string | undefined> => {
  const { refresh, expiresAt } = tokens.get() ?? {};
  if (refresh !== undefined && expiresAt !== undefined && expiresAt - Date.now() < renewBeforeMs) {
    renewing ??= renew().finally(() => (renewing = undefined));
    await renewing;
  }
  return tokens.get()?.access;
};
