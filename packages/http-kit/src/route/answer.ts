import type { Response } from "express";
import type { Static, TObject, TSchema } from "typebox";
import type { DescribedAnswer } from "../openapi/operation.ts";

/** A route's answer, whatever the route. */
export type AnyAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** A JSON body that is text already: sent as it is. */
  readonly json?: string;
};

export type DescribedAnswers = Readonly<Record<number, DescribedAnswer>>;

type HeadersOf<Described> = Described extends { readonly headers: infer Schema extends TObject }
  ? { readonly headers: Static<Schema> }
  : { readonly headers?: never };

type ContentOf<Described> = Described extends { readonly content: { readonly "application/json": infer Schema extends TSchema } }
  ? { readonly body: Static<Schema> } | { readonly json: string }
  : { readonly body?: never };

/** The answers that a route's handler may return: one of those that the route describes. */
export type AnswerOf<Answers extends DescribedAnswers> = AnyAnswer &
  { [Status in keyof Answers]: { readonly status: Status } & HeadersOf<Answers[Status]> & ContentOf<Answers[Status]> }[keyof Answers];

/** What a handler returns that has written its answer to `res` itself, as a stream does. */
export const alreadyAnswered = "already answered" as const;

export const sendAnswer = (res: Response, { status, headers = {}, body, json }: AnyAnswer): void => {
  res.status(status);
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value);
  if (json !== undefined) res.setHeader("Content-Type", "application/json; charset=utf-8").end(json);
  else if (body !== undefined) res.json(body);
  else res.end();
};
