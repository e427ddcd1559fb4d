/** What every problem of one type has in common, wherever it occurs. */
export type ProblemKind = {
  readonly status: number;
  /** Stable, because clients branch on it. */
  readonly type: string;
  readonly title: string;
};

/** The problems that any service may answer with. */
export const commonProblems = {
  validation: { status: 400, type: "/problems/validation", title: "The request is not valid" },
  malformedJson: { status: 400, type: "/problems/malformed-json", title: "The request body is not valid JSON" },
  badRequest: { status: 400, type: "/problems/bad-request", title: "The request is malformed" },
  notFound: { status: 404, type: "/problems/not-found", title: "Nothing exists at this address" },
  methodNotAllowed: { status: 405, type: "/problems/method-not-allowed", title: "The method is not allowed at this address" },
  payloadTooLarge: { status: 413, type: "/problems/payload-too-large", title: "The request body is too large" },
  unsupportedMediaType: {
    status: 415,
    type: "/problems/unsupported-media-type",
    title: "The request body has an unsupported type",
  },
  internal: { status: 500, type: "/problems/internal", title: "The server failed to answer the request" },
} as const satisfies Readonly<Record<string, ProblemKind>>;
