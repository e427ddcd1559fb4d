import { apiConfig } from "@cart/http-kit";
import { commonConfig, kafkaConfig, mysqlConfig, mysqlUrl, port } from "@cart/process-kit";
import { Type } from "typebox";

const serviceUrl = "https?://[^/\\s,]+[^\\s,]*";

export const config = Type.Object({
  ...commonConfig,
  ...apiConfig,
  ...kafkaConfig,
  ...mysqlConfig,
  PORT: port(8090),
  EVENTSTORE_URL: mysqlUrl,
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
  PROJECTOR_GROUP: Type.String({ minLength: 1, default: "projector", description: "the projectors' KAFKA_GROUP" }),
  ABANDONMENT_GROUP: Type.String({ minLength: 1, default: "cart-abandonment", description: "the KAFKA_GROUP of cart-abandonment" }),
});
