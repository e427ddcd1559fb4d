import { accessConfig, apiConfig } from "@cart/http-kit";
import { keyConfig } from "@cart/personal-data";
import { commonConfig, kafkaConfig, mysqlConfig, mysqlUrl, port } from "@cart/process-kit";
import { Type } from "typebox";

const serviceUrl = "https?://[^/\\s,]+[^\\s,]*";
/** An origin in a content security policy: nothing in it may end the directive or stand for many hosts. */
const origin = "https?://[\\w.:\\[\\]-]+";

/** How people sign in. Without OIDC_CLIENT_ID they paste a token. */
export const signInConfig = {
  AUTH_ISSUER: accessConfig.AUTH_ISSUER,
  OIDC_CLIENT_ID: Type.Optional(
    Type.String({ minLength: 1, description: "the console's client at the issuer; a public client that uses PKCE" }),
  ),
  OIDC_ISSUER: Type.Optional(
    Type.String({
      pattern: `^${origin}(/[^\\s;,?#]*)?$`,
      needs: ["OIDC_CLIENT_ID"],
      description: "the issuer that people sign in at, by default AUTH_ISSUER",
    }),
  ),
  OIDC_SCOPE: Type.String({
    pattern: "^(.* )?openid( .*)?$",
    default: "openid console:read console:repair carts:admin",
    description: "the scopes that the console asks for, among them openid; with offline_access it renews tokens",
  }),
  OIDC_PARAMETERS: Type.String({
    default: "",
    description: "what else the issuer needs to know, such as audience=carts or resource=https://carts.example/",
  }),
  OIDC_ORIGINS: Type.String({
    pattern: `^\\s*(${origin}(\\s*,\\s*${origin})*)?\\s*$`,
    default: "",
    description: "further origins of the issuer, if its endpoints are not on its own, comma separated",
  }),
};

export const config = Type.Object({
  ...commonConfig,
  ...apiConfig,
  ...signInConfig,
  ...kafkaConfig,
  ...mysqlConfig,
  PORT: port(8090),
  EVENTSTORE_URL: mysqlUrl,
  ...keyConfig,
  READMODEL_URL: mysqlUrl,
  CONSOLE_URL: mysqlUrl,
  REBUILD_EVENTSTORE_URL: Type.Optional(
    Type.String({ ...mysqlUrl, needs: ["REBUILD_READMODEL_URL"], description: "the event store, for rebuilds; no rebuilds without it" }),
  ),
  REBUILD_READMODEL_URL: Type.Optional(
    Type.String({
      ...mysqlUrl,
      needs: ["REBUILD_EVENTSTORE_URL"],
      description: "the read model, of a user who may create, lock, rename and drop tables",
    }),
  ),
  QUERY_API_URL: Type.String({ pattern: `^${serviceUrl}$`, description: "where query-api is, http://host:8081" }),
  METRICS_URLS: Type.String({
    pattern: `^\\s*[a-z-]+=${serviceUrl}(\\s*,\\s*[a-z-]+=${serviceUrl})*\\s*$`,
    description: "where the services' metrics are, command-api=http://host:8080/metrics, comma separated",
  }),
  PROMETHEUS_URL: Type.Optional(
    Type.String({ pattern: `^${serviceUrl}$`, description: "a Prometheus that scrapes the services, for charts of more than an hour" }),
  ),
  TRACE_URL: Type.Optional(
    Type.String({
      pattern: "^https?://[^/\\s]+\\S*\\{(trace_id|correlation_id)\\}\\S*$",
      description: "where an event's trace is shown, https://jaeger.example/trace/{trace_id}; also takes {correlation_id}",
    }),
  ),
  PROJECTOR_GROUP: Type.String({ minLength: 1, default: "projector", description: "the projectors' KAFKA_GROUP" }),
  ABANDONMENT_GROUP: Type.String({ minLength: 1, default: "cart-abandonment", description: "the KAFKA_GROUP of cart-abandonment" }),
});
