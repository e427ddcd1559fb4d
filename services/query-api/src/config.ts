import { apiConfig } from "@cart/http-kit";
import { keyConfig } from "@cart/personal-data";
import { commonConfig, milliseconds, mysqlConfig, mysqlUrl, port } from "@cart/process-kit";
import { Type } from "typebox";

export const config = Type.Object({
  ...commonConfig,
  ...mysqlConfig,
  ...apiConfig,
  PORT: port(8081),
  READMODEL_URL: mysqlUrl,
  EVENTSTORE_URL: mysqlUrl,
  ...keyConfig,
  MYSQL_CONNECTIONS: Type.Integer({
    minimum: 1,
    maximum: 200,
    default: 8,
    description: "most connections to the read model, and to the event store",
  }),
  READ_REPLICAS: Type.Boolean({
    default: false,
    description:
      "true: READMODEL_URL and EVENTSTORE_URL may lead to replicas, so a cart may be shown older than before; false: a server that is read-only is refused",
  }),
  MIN_VERSION_TIMEOUT_MS: milliseconds(2_000, {
    maximum: 30_000,
    description: "longest time that a request with min_version waits for that version",
  }),
  MAX_STREAMS: Type.Integer({ minimum: 0, maximum: 100_000, default: 1_000, description: "most event streams that are open at once" }),
  MAX_STREAMS_PER_USER: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: 20,
    description: "most event streams of one user that are open at once, while tokens are checked",
  }),
  STREAM_POLL_MS: milliseconds(100, {
    minimum: 1,
    maximum: 60_000,
    description: "how often the versions of the carts with a stream are read",
  }),
  STREAM_HEARTBEAT_MS: milliseconds(15_000, {
    minimum: 10,
    maximum: 3_600_000,
    description: "how often a stream without events gets a comment, so that proxies keep it open",
  }),
});
