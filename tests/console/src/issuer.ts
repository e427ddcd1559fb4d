import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

/** An OpenID Connect provider in this process, at which people sign in with any name and password. */
export type Issuer = {
  readonly url: string;
  /** The grants for which tokens were given, in order: `authorization_code`, `refresh_token`. */
  readonly grants: string[];
  /** From now on the issuer gives no more tokens. */
  readonly refuse: () => void;
  readonly stop: () => Promise<void>;
};

/** Seconds: the console renews a token 30 s before its end. */
export const tokenSeconds = 34;
export const resource = "https://carts.test/";
const scopes = "console:read console:repair console:all-tenants carts:admin";

const listen = async (): Promise<{ readonly server: Server; readonly url: string }> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${address.port}` };
};

/** Starts a provider with the console at this address as its only client. */
export const startIssuer = async (consoleUrl: string): Promise<Issuer> => {
  const { server, url } = await listen();
  const grants: string[] = [];
  let refuses = false;
  const provider = new Provider(url, {
    clients: [
      {
        client_id: "console",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: [`${consoleUrl}/signed-in`],
        post_logout_redirect_uris: [`${consoleUrl}/`],
      },
    ],
    clientBasedCORS: (_ctx, origin) => origin === consoleUrl,
    pkce: { required: () => true },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    extraTokenClaims: () => ({ tenant_id: "default" }),
    cookies: { keys: ["a key of the suite"] },
    ttl: { AccessToken: tokenSeconds, IdToken: 600, Session: 600, Grant: 600, Interaction: 600, RefreshToken: 600 },
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes,
          audience: "carts",
          accessTokenTTL: tokenSeconds,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
  provider.on("grant.success", ({ oidc: { params } }) => grants.push(String(params?.["grant_type"])));
  provider.use(async (ctx, next) => {
    if (!refuses || ctx.path !== "/token" || ctx.method !== "POST") {
      await next();
      return;
    }
    ctx.set("Access-Control-Allow-Origin", consoleUrl);
    ctx.status = 400;
    ctx.body = { error: "invalid_grant" };
  });
  server.on("request", provider.callback());
  return {
    url,
    grants,
    refuse: () => (refuses = true),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
