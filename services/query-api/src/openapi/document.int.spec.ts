import { everyAnswerIsSeen, openApiSpec } from "@cart/testkit";
import { useQueryApi } from "../testing/useQueryApi.ts";
import { document } from "./document.ts";

describe("the OpenAPI document of the query API", () => {
  const api = useQueryApi();

  openApiSpec(document, api.app, api.url);
});

everyAnswerIsSeen(document);
