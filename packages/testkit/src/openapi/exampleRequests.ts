import type { OpenApiDocument, OpenApiOperation } from "@cart/http-kit";
import { operationsOf } from "./operationsOf.ts";

/** A request that the document gives as an example, as a client would send it. */
export type ExampleRequest = {
  readonly operationId: string;
  /** What it sends besides what is required. */
  readonly variant: "required" | "with-token" | `${"query" | "header"} ${string}`;
  readonly method: string;
  /** The path with its query. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

type Parameter = OpenApiOperation["parameters"][number];

/**
 * For each operation that takes tokens: the request that "Try it out" sends, the one with each optional parameter alone, and
 * the one with what a token leaves to be said.
 */
export const exampleRequests = (document: OpenApiDocument): readonly ExampleRequest[] =>
  operationsOf(document)
    .filter(({ operation }) => operation.security.length > 0)
    .flatMap(({ method, path, operation }) => {
      const { operationId, parameters, requestBody } = operation;
      const { example, examples } = requestBody?.content["application/json"] ?? {};
      const request = (variant: ExampleRequest["variant"], sent: readonly Parameter[], body: unknown): ExampleRequest => ({
        operationId,
        variant,
        method,
        address: addressOf(path, sent),
        headers: Object.fromEntries(sent.filter((each) => each.in === "header").map((each) => [each.name, exampleIn(each)])),
        body,
      });
      const required = parameters.filter((parameter) => parameter.required);
      const body = example ?? examples?.["without-token"]?.value;
      const withToken = examples?.["with-token"];
      return [
        request("required", required, body),
        ...(withToken === undefined ? [] : [request("with-token", required, withToken.value)]),
        ...parameters.flatMap((each) =>
          each.required || each.in === "path" ? [] : [request(`${each.in} ${each.name}`, [...required, each], body)],
        ),
      ];
    });

const addressOf = (path: string, sent: readonly Parameter[]): string => {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const parameter = sent.find((each) => each.in === "path" && each.name === name);
    return parameter === undefined ? "" : encodeURIComponent(exampleIn(parameter));
  });
  const query = new URLSearchParams(
    sent.filter((each) => each.in === "query").map((each): [string, string] => [each.name, exampleIn(each)]),
  );
  return query.size === 0 ? address : `${address}?${query.toString()}`;
};

/** The parameter's example, or the first of its schema: of an optional parameter only the latter is there. */
const exampleIn = ({ name, example, schema: { examples, default: usual, enum: values } }: Parameter): string => {
  const first: unknown =
    example ?? (Array.isArray(examples) ? examples[0] : undefined) ?? usual ?? (Array.isArray(values) ? values[0] : undefined);
  if (typeof first !== "string" && typeof first !== "number") throw new Error(`the parameter ${name} has no example`);
  return String(first);
};
