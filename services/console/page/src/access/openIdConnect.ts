import * as oauth from "oauth4webapi";
import { type Tokens, tokens } from "./tokens.ts";

/** How a person signs in at the issuer, as the console's back end says. */
export type Issuer = {
  readonly issuer: string;
  readonly client_id: string;
  readonly scope: string;
  readonly parameters: Readonly<Record<string, string>>;
};

/** What the page has to know when the issuer sends the browser back. */
type Started = { readonly verifier: string; readonly state: string; readonly nonce: string; readonly returnTo: string };

const startedKey = "console.sign-in";
const redirectPath = "/signed-in";
/** Milliseconds for one request to the issuer. */
const timeoutMs = 15_000;

/** An issuer without TLS is one on this machine: the back end takes no other. */
const optionsFor = ({ issuer }: Issuer) => ({
  [oauth.allowInsecureRequests]: new URL(issuer).protocol === "http:",
  signal: () => AbortSignal.timeout(timeoutMs),
});

const discover = async (issuer: Issuer): Promise<oauth.AuthorizationServer> => {
  const address = new URL(issuer.issuer);
  return oauth.processDiscoveryResponse(address, await oauth.discoveryRequest(address, { ...optionsFor(issuer), algorithm: "oidc" }));
};

const clientOf = ({ client_id: clientId }: Issuer): oauth.Client => ({ client_id: clientId });

/** Sends the browser to the issuer. It comes back to /signed-in, and from there to `returnTo`, a path of this page. */
export const startSignIn = async (issuer: Issuer, returnTo: string): Promise<void> => {
  if (!window.isSecureContext) throw new Error("Signing in needs https, or a console on this machine.");
  const { authorization_endpoint: endpoint } = await discover(issuer);
  if (endpoint === undefined) throw new Error("The issuer has no page to sign in.");
  const started: Started = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    returnTo,
  };
  const address = new URL(endpoint);
  const query = {
    ...issuer.parameters,
    response_type: "code",
    client_id: issuer.client_id,
    redirect_uri: new URL(redirectPath, window.location.origin).href,
    scope: issuer.scope,
    state: started.state,
    nonce: started.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(started.verifier),
    code_challenge_method: "S256",
    // Without it, an issuer grants offline_access to nobody (OpenID Connect Core, 11).
    ...(issuer.scope.split(" ").includes("offline_access") ? { prompt: "consent" } : {}),
  };
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  window.sessionStorage.setItem(startedKey, JSON.stringify(started));
  window.location.assign(address);
};

/** Exchanges the code in the address for tokens. Resolves to the path from which the person began to sign in. */
export const finishSignIn = async (issuer: Issuer): Promise<string> => {
  const stored = window.sessionStorage.getItem(startedKey);
  // A code is good for one exchange, and so is what belongs to it.
  window.sessionStorage.removeItem(startedKey);
  if (stored === null) throw new Error("This page did not begin to sign you in. Begin again here.");
  const { verifier, state, nonce, returnTo } = JSON.parse(stored) as Started;
  const server = await discover(issuer);
  const client = clientOf(issuer);
  const parameters = oauth.validateAuthResponse(server, client, new URL(window.location.href), state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    new URL(redirectPath, window.location.origin).href,
    verifier,
    { ...optionsFor(issuer), additionalParameters: issuer.parameters },
  );
  const answer = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, requireIdToken: true });
  tokens.set(tokensOf(answer));
  return returnTo;
};

/** Gets new tokens. Resolves to `undefined` if the issuer grants no more; rejects if it does not answer. */
export const renewTokens = async (issuer: Issuer, old: Tokens & { readonly refresh: string }): Promise<Tokens | undefined> => {
  const server = await discover(issuer);
  const client = clientOf(issuer);
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), old.refresh, {
    ...optionsFor(issuer),
    additionalParameters: issuer.parameters,
  });
  try {
    return { ...old, ...tokensOf(await oauth.processRefreshTokenResponse(server, client, response)) };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.status < 500) return undefined;
    throw error;
  }
};

/** Ends the tokens at the issuer, and the person's session there if it offers that, which leads away from this page. */
export const signOutAtIssuer = async (issuer: Issuer, old: Tokens): Promise<void> => {
  const server = await discover(issuer);
  if (server.revocation_endpoint !== undefined && old.refresh !== undefined)
    await oauth.revocationRequest(server, clientOf(issuer), oauth.None(), old.refresh, optionsFor(issuer)).catch(() => undefined);
  if (server.end_session_endpoint === undefined) return;
  const address = new URL(server.end_session_endpoint);
  if (old.id !== undefined) address.searchParams.set("id_token_hint", old.id);
  address.searchParams.set("client_id", issuer.client_id);
  address.searchParams.set("post_logout_redirect_uri", new URL("/", window.location.origin).href);
  window.location.assign(address);
};

const tokensOf = ({
  access_token: access,
  refresh_token: refresh,
  id_token: id,
  expires_in: seconds,
}: oauth.TokenEndpointResponse): Tokens => ({
  access,
  ...(refresh === undefined ? {} : { refresh }),
  ...(id === undefined ? {} : { id }),
  ...(seconds === undefined ? {} : { expiresAt: Date.now() + seconds * 1_000 }),
});
