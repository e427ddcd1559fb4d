import type { DomainEvent } from "@cart/domain";
import {
  CommandFailedError,
  type CommandHandler,
  type CommandOnOne,
  type CommandOnTwo,
  type CommandRequest,
  type CommandResult,
  type ExpectedVersion,
  isExpectedVersion,
  type OnceResult,
  VersionMismatchError,
} from "@cart/event-store";
import type { Access, RouteRequest } from "@cart/http-kit";
import { HttpProblem } from "@cart/process-kit";
import type { CommandMetrics } from "../commandMetrics.ts";
import { commandAnswer } from "./commandAnswer.ts";
import { type CommandHeaders, expectedVersionOf } from "./commandHeaders.ts";
import { commandMetadata } from "./commandMetadata.ts";
import { commandProblem, type FieldOf } from "./commandProblem.ts";
import type { KeyBudget } from "./keyBudget.ts";
import { ownKey } from "./ownKey.ts";
import { requestHash } from "./requestHash.ts";

type Named = { readonly type: string };

/** One command, or one on two aggregates, which says its name. */
export type Operation<State, Command extends Named, Event extends DomainEvent> =
  | CommandOnOne<Command>
  | (CommandOnTwo<State, Event> & Named);

/**
 * A command that other services are asked about first. `prepare` is called once it is known that the request is not
 * repeated, and again if the aggregate has changed since `decidedOn`. It holds nothing open in the database.
 */
export type PreparedOperation<State, Command extends Named, Event extends DomainEvent> = Named & {
  readonly prepare: () => Promise<
    Operation<State, Command, Event> & {
      /** The version that the command was prepared for: it must not be executed at another one. */
      readonly decidedOn?: number | undefined;
    }
  >;
};

/** What a route makes of its request. */
export type RoutedCommand<State, Command extends Named, Event extends DomainEvent> = (
  | Operation<State, Command, Event>
  | PreparedOperation<State, Command, Event>
) &
  Pick<CommandRequest<State, Command, Event>, "aggregateId" | "permits"> & {
    /** The request's path in its one spelling: it is part of what an idempotency key stands for. */
    readonly path: string;
    /** Which field of the request a refusal is about. By default, the request has the fields of its command. */
    readonly fieldOf?: FieldOf | undefined;
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

/** The aggregate has changed since other services were asked about the command, which would now do what they were not asked about. */
export class UncheckedChangeError extends Error {
  override readonly name = "UncheckedChangeError";
}

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

  const execute = async ({ access, headers, req, res }: CommandRouteRequest, routed: RoutedCommand<State, Command, Event>) => {
    const { path, aggregateId, permits } = routed;
    const expectedVersion = expectedVersionOf(headers);
    const senderTenantId = access === "unchecked" ? undefined : access.tenantId;
    const common = { aggregateId, permits, senderTenantId, metadata: commandMetadata(res, access) };
    const prepare = async (): Promise<CommandRequest<State, Command, Event>> => {
      if (!("prepare" in routed)) return { ...common, ...operationOf(routed), expectedVersion };
      const { decidedOn, ...operation } = await routed.prepare();
      return { ...common, ...operation, expectedVersion: boundVersion(expectedVersion, decidedOn) };
    };
    const key = headers["Idempotency-Key"];
    if (key === undefined) {
      const result = await handler.handle(await prepare());
      return { version: result.version, answer: answer(result), replayed: false };
    }
    return storeOnce(access, async () => {
      const hash = requestHash({ method: req.method, path, body: req.body });
      const once = { key: ownKey(access, key), requestHash: hash, answer };
      return handler.handleOnce("prepare" in routed ? { aggregateId, prepare } : await prepare(), once);
    });
  };

  return async (request, routed) => {
    const observe = metrics.started("command" in routed ? routed.command.type : routed.type);
    try {
      const again = mayPrepareAgain(expectedVersionOf(request.headers));
      const {
        version,
        answer: json,
        replayed,
      } = "prepare" in routed ? await attempt(() => execute(request, routed), again) : await execute(request, routed);
      observe(replayed ? "replayed" : "success");
      return reply(version, json, replayed);
    } catch (error) {
      const problem = commandProblem(error, routed.fieldOf);
      observe(problem instanceof HttpProblem ? "rejected" : "error");
      throw problem;
    }
  };
};

/** Returns the operation of a command alone. */
const operationOf = <State, Command extends Named, Event extends DomainEvent>(
  routed: Operation<State, Command, Event>,
): Operation<State, Command, Event> =>
  "command" in routed ? { command: routed.command } : { type: routed.type, otherId: routed.otherId, decide: routed.decide };

/** Returns the version at which a prepared command may be executed. Throws if the client expects another one. */
const boundVersion = (expected: ExpectedVersion | undefined, decidedOn: number | undefined): ExpectedVersion | undefined => {
  if (decidedOn === undefined || expected === undefined) return decidedOn ?? expected;
  if (!isExpectedVersion(expected, decidedOn)) throw new VersionMismatchError(expected, decidedOn);
  return decidedOn;
};

/** How often a command is prepared while its aggregate changes again and again. */
const maxAttempts = 3;

/** Whether a command that met another version than it was prepared for may be prepared again: a client that named the version gets 412. */
const mayPrepareAgain =
  (expected: ExpectedVersion | undefined) =>
  (error: unknown): boolean =>
    error instanceof UncheckedChangeError ||
    (error instanceof VersionMismatchError && typeof error.expectedVersion === "number" && (expected === undefined || expected === "any"));

const attempt = async <T>(execute: () => Promise<T>, mayRetry: (error: unknown) => boolean): Promise<T> => {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await execute();
    } catch (error) {
      if (!mayRetry(error)) throw error;
      if (attempts === maxAttempts)
        throw new CommandFailedError("CONTENDED", "the cart changed each time while the shop was asked about the command", {
          cause: error,
        });
    }
  }
};

/** The text as it was stored, so that an answer that is given again is the same byte for byte. */
const reply = (version: number, json: string, replayed: boolean): CommandReply => ({
  status: 200,
  headers: replayed ? { ETag: `"${version}"`, "Idempotency-Replayed": "true" } : { ETag: `"${version}"` },
  json,
});
