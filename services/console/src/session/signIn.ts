import { isSafeKeysUrl } from "@cart/http-kit";
import { ConfigError } from "@cart/process-kit";

/** What the page needs to sign a person in with OpenID Connect. None of it is secret: a page cannot keep a secret. */
export type SignIn = {
  readonly issuer: string;
  readonly client_id: string;
  readonly scope: string;
  /** Sent with the request for a code and the request for tokens, such as `resource` or `audience`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The origins that the page asks for tokens. */
  readonly origins: readonly string[];
};

export type SignInConfig = {
  readonly AUTH_ISSUER?: string;
  readonly OIDC_CLIENT_ID?: string;
  readonly OIDC_ISSUER?: string;
  readonly OIDC_SCOPE: string;
  readonly OIDC_PARAMETERS: string;
  readonly OIDC_ORIGINS: string;
};

/** Parameters that the flow sets itself: another value of one of these would weaken it. */
const ownParameters: ReadonlySet<string> = new Set([
  "client_id",
  "client_secret",
  "code",
  "code_challenge",
  "code_challenge_method",
  "code_verifier",
  "grant_type",
  "nonce",
  "redirect_uri",
  "refresh_token",
  "response_mode",
  "response_type",
  "scope",
  "state",
]);

/** Reads how people sign in; `undefined` if they paste a token. Throws a `ConfigError` for variables that contradict each other. */
export const signInOf = (config: SignInConfig): SignIn | undefined => {
  const { OIDC_CLIENT_ID: clientId, OIDC_ISSUER: own, AUTH_ISSUER: issuer = "" } = config;
  if (clientId === undefined) return undefined;
  const address = own ?? issuer;
  if (!URL.canParse(address) || !isSafeKeysUrl(new URL(address)))
    throw new ConfigError([
      `${own === undefined ? "AUTH_ISSUER" : "OIDC_ISSUER"} must begin with https:// unless its host is this machine, because OIDC_CLIENT_ID is set`,
    ]);
  const parameters = Object.fromEntries(new URLSearchParams(config.OIDC_PARAMETERS));
  const taken = Object.keys(parameters).filter((name) => ownParameters.has(name));
  if (taken.length > 0) throw new ConfigError([`OIDC_PARAMETERS must not name ${taken.join(" or ")}, which the console sets itself`]);
  const others = config.OIDC_ORIGINS.split(",").flatMap((origin) => (origin.trim() === "" ? [] : [origin.trim()]));
  return {
    issuer: address,
    client_id: clientId,
    scope: config.OIDC_SCOPE,
    parameters,
    origins: [...new Set([new URL(address).origin, ...others])],
  };
};
