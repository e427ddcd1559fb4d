import type { DomainEvent } from "@cart/domain";
import type { CommandHandler, CommandOnOne, CommandOnTwo, CommandRequest, CommandResult, OnceResult } from "@cart/event-store";
import type { Access, RouteRequest } from "@cart/http-kit";
import type { CommandMetrics } from "../commandMetrics.ts";
import { commandAnswer } from "./commandAnswer.ts";
import { type CommandHeaders, expectedVersionOf } from "./commandHeaders.ts";
import { commandMetadata } from "./commandMetadata.ts";
import { commandProblem } from "./commandProblem.ts";
import type { KeyBudget } from "./keyBudget.ts";
import { ownKey } from "./ownKey.ts";
import { requestHash } from "./requestHash.ts";

type Named = { readonly type: string };

/** One command, or one on two aggregates, which says its name. */
export type Operation<State, Command extends Named, Event extends DomainEvent> =
  | CommandOnOne<Command>
  | (CommandOnTwo<State, Event> & Named);

/** What a route makes of its request. */
export type RoutedCommand<State, Command extends Named, Event extends DomainEvent> = Operation<State, Command, Event> &
  Pick<CommandRequest<State, Command, Event>, "aggregateId" | "permits"> & {
    /** The request's path in its one spelling: it is part of what an idempotency key stands for. */
    readonly path: string;
  };

/** The part of a route's request that every command needs. */
export type CommandRouteRequest = Pick<RouteRequest<unknown, unknown, CommandHeaders, unknown>, "access" | "headers" | "req" | "res">;

export type CommandReply = {
  readonly status: 200;
  readonly headers: { readonly ETag: string; readonly "Idempotency-Replayed"?: "true" };
  readonly json: string;
};

export type CommandExecutorOptions<State, Command, Event extends DomainEvent> = {
  readonly handler: CommandHandler<State, Command, Event>;
  readonly metrics: CommandMetrics;
  readonly keys: KeyBudget;
  readonly now: () => Date;
};

export type ExecuteCommand<State, Command extends Named, Event extends DomainEvent> = (
  request: CommandRouteRequest,
  routed: RoutedCommand<State, Command, Event>,
) => Promise<CommandReply>;

/**
 * Executes commands to one kind of aggregate and answers them: with the new version as ETag, only at the version that
 * `If-Match` names, and once for an `Idempotency-Key`. Throws the `HttpProblem` of a command that is refused or fails.
 */
export const commandExecutor = <State, Command extends Named, Event extends DomainEvent>({
  handler,
  metrics,
  keys,
  now,
}: CommandExecutorOptions<State, Command, Event>): ExecuteCommand<State, Command, Event> => {
  const answer = (result: CommandResult<Event>): string => JSON.stringify(commandAnswer(result, now()));

  /** Counts an answer that is stored, and not one that is replayed. */
  const storeOnce = async (access: Access, handle: () => Promise<OnceResult>): Promise<OnceResult> => {
    const giveBack = keys.take(access);
    let stored = false;
    try {
      const once = await handle();
      stored = !once.replayed;
      return once;
    } finally {
      if (!stored) giveBack();
    }
  };

  return async ({ access, headers, req, res }, { path, ...routed }) => {
    const request = { ...routed, expectedVersion: expectedVersionOf(headers), metadata: commandMetadata(res, access) };
    const key = headers["Idempotency-Key"];
    const observe = metrics.started("command" in routed ? routed.command.type : routed.type);
    try {
      if (key === undefined) {
        const result = await handler.handle(request);
        observe("success");
        return reply(result.version, answer(result));
      }
      const once = await storeOnce(access, () =>
        handler.handleOnce(request, {
          key: ownKey(access, key),
          requestHash: requestHash({ method: req.method, path, body: req.body }),
          answer,
        }),
      );
      observe(once.replayed ? "replayed" : "success");
      return reply(once.version, once.answer, once.replayed);
    } catch (error) {
      const problem = commandProblem(error);
      observe(problem === error ? "error" : "rejected");
      throw problem;
    }
  };
};

/** The text as it was stored, so that an answer that is given again is the same byte for byte. */
const reply = (version: number, json: string, replayed = false): CommandReply => ({
  status: 200,
  headers: replayed ? { ETag: `"${version}"`, "Idempotency-Replayed": "true" } : { ETag: `"${version}"` },
  json,
});
