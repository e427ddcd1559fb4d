import { type DescribedProblem, matchesEtag, retryLater } from "@cart/http-kit";
import { type Static, type TObject, type TSchema, Type } from "typebox";
import { databaseUnavailable } from "./databaseProblems.ts";

const validated = {
  "Cache-Control": Type.Literal("private, no-cache", { description: "for the client alone, which asks again each time" }),
};

const versionedHeaders = Type.Object({
  ...validated,
  ETag: Type.String({ pattern: '^"\\d+"$', description: "the version in this answer", examples: ['"2"'] }),
});

/** The problems of every query, and the route's own. */
export const queryProblems = (...own: readonly DescribedProblem[]): readonly DescribedProblem[] => [
  { ...databaseUnavailable, headers: retryLater },
  ...own,
];

/** The answers of a route that shows what has no version. */
export const shown = <Schema extends TSchema>(description: string, schema: Schema) => ({
  200: { description, headers: Type.Object(validated), content: { "application/json": schema } },
});

/** Every answer has this header; the document and the types require it of each answer. */
export const noCache = { "Cache-Control": "private, no-cache" } as const;

export const ifNoneMatch = Type.Object({
  "If-None-Match": Type.Optional(
    Type.String({ description: "ETags that the client has: 304 if one of them is that of the answer", examples: ['"2"'] }),
  ),
});

/** The answers of a route that shows what has a version, which is its ETag. */
export const shownVersioned = <Schema extends TObject>(description: string, schema: Schema) => ({
  200: { description, headers: versionedHeaders, content: { "application/json": schema } },
  304: { description: "The client has this version.", headers: versionedHeaders },
});

type Versioned<Body> =
  | { readonly status: 200; readonly headers: Static<typeof versionedHeaders>; readonly body: Body }
  | { readonly status: 304; readonly headers: Static<typeof versionedHeaders> };

/** Answers with what has a version: 304 without a body if the client has that version. */
export const versioned = <Body>(headers: Static<typeof ifNoneMatch>, version: number, body: () => Body): Versioned<Body> => {
  const etag = `"${version}"`;
  // A client may keep the answer, but asks again each time: the ETag says whether it is still the same.
  const answerHeaders = { ETag: etag, ...noCache };
  return matchesEtag(headers["If-None-Match"], etag)
    ? { status: 304, headers: answerHeaders }
    : { status: 200, headers: answerHeaders, body: body() };
};
