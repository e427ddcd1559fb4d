import type { DomainEvent } from "@cart/domain";
import type { CommandHandler, CommandOnOne, CommandOnTwo, CommandRequest, CommandResult } from "@cart/event-store";
import { accessOf } from "@cart/http-kit";
import type { Request, Response } from "express";
import type { CommandMetrics } from "../commandMetrics.ts";
import { commandAnswer } from "./commandAnswer.ts";
import { commandMetadata } from "./commandMetadata.ts";
import { commandProblem } from "./commandProblem.ts";
import { ownKey } from "./ownKey.ts";
import { requestHash } from "./requestHash.ts";
import { expectedVersionOf, idempotencyKeyOf } from "./requestHeaders.ts";

type Named = { readonly type: string };

/** One command, or one on two aggregates, which says its name. */
export type Operation<State, Command extends Named, Event extends DomainEvent> =
  | CommandOnOne<Command>
  | (CommandOnTwo<State, Event> & Named);

/** What a route makes of its request. */
export type RoutedCommand<State, Command extends Named, Event extends DomainEvent> = Operation<State, Command, Event> &
  Pick<CommandRequest<State, Command, Event>, "aggregateId" | "permits"> & {
    /** The request's path in the one spelling that it has: it is part of what an idempotency key is for. */
    readonly path: string;
  };

export type CommandResponderOptions<State, Command, Event extends DomainEvent> = {
  readonly handler: CommandHandler<State, Command, Event>;
  readonly metrics: CommandMetrics;
  readonly now: () => Date;
};

export type RespondToCommand<State, Command extends Named, Event extends DomainEvent> = (
  req: Request,
  res: Response,
  routed: RoutedCommand<State, Command, Event>,
) => Promise<void>;

/**
 * Has commands to one kind of aggregate carried out, and answers them: with the new
 * version as ETag, at the version that If-Match names, once for an Idempotency-Key.
 */
export const commandResponder = <State, Command extends Named, Event extends DomainEvent>({
  handler,
  metrics,
  now,
}: CommandResponderOptions<State, Command, Event>): RespondToCommand<State, Command, Event> => {
  const answer = (result: CommandResult<Event>): string => JSON.stringify(commandAnswer(result, now()));

  return async (req, res, { path, ...routed }) => {
    const request = { ...routed, expectedVersion: expectedVersionOf(req), metadata: commandMetadata(res) };
    const key = idempotencyKeyOf(req);
    const observe = metrics.started("command" in routed ? routed.command.type : routed.type);
    try {
      if (key === undefined) {
        const result = await handler.handle(request);
        send(res, result.version, answer(result));
        observe("success");
      } else {
        const hash = requestHash({ method: req.method, path, body: req.body });
        const once = await handler.handleOnce(request, { key: ownKey(accessOf(res), key), requestHash: hash, answer });
        if (once.replayed) res.set("Idempotency-Replayed", "true");
        send(res, once.version, once.answer);
        observe(once.replayed ? "replayed" : "success");
      }
    } catch (error) {
      const problem = commandProblem(error);
      observe(problem === error ? "error" : "rejected");
      throw problem;
    }
  };
};

/** The text as it is, so that an answer that is given again is the same byte for byte. */
const send = (res: Response, version: number, answer: string): void => {
  res.setHeader("ETag", `"${version}"`).setHeader("Content-Type", "application/json; charset=utf-8").end(answer);
};
