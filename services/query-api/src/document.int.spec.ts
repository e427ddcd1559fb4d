import { everyAnswerIsSeen, limitedOperationsSpec, openApiSpec } from "@cart/testkit";
import { useQueryApi } from "./testing/useQueryApi.ts";
import { api as definition } from "./api.ts";

describe("the OpenAPI document of the query API", () => {
  const api = useQueryApi();

  openApiSpec(definition.document, api.url);
  limitedOperationsSpec(api.url);
});

everyAnswerIsSeen(definition.document);
