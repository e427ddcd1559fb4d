#!/usr/bin/env node
import { cartAggregateType } from "@cart/domain";
import { inTransaction, openMysqlPool } from "@cart/mysql";
import { keyConfig, openKeys } from "@cart/personal-data";
import { loadConfig, mysqlUrl, uuidArgument } from "@cart/process-kit";
import {
  type DeadLetterQueue,
  deadLetterQueues,
  discardDeadLetter,
  findOutdatedProjections,
  listDeadLetters,
  openReadModelPool,
  type Projections,
  projections,
  projectionsWith,
  queueOf,
  rebuildAll,
  rebuildOne,
  retryQueue,
  showDeadLetter,
  verifyReadModel,
} from "@cart/read-model";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Pool } from "mysql2/promise";
import { Type } from "typebox";

const print = (line: object): void => console.log(JSON.stringify(line));

const onReadModel = async <T>(work: (readModel: Pool) => Promise<T>): Promise<T> => {
  const { READMODEL_URL: url } = loadConfig(Type.Object({ READMODEL_URL: mysqlUrl }));
  const readModel = openReadModelPool({ url, connectionLimit: 4 });
  try {
    return await work(readModel);
  } finally {
    await readModel.end();
  }
};

/** Lends the projections, which open sealed events with the keys that the environment names. */
const withProjections = async <T>(work: (projections: Projections) => Promise<T>): Promise<T> => {
  const keys = openKeys(loadConfig(Type.Object(keyConfig)));
  try {
    return await work(projectionsWith(keys.ring));
  } finally {
    await keys.close();
  }
};

type Databases = { readonly eventStore: Pool; readonly readModel: Pool; readonly projections: Projections };

const onBoth = (work: (databases: Databases) => Promise<void>): Promise<void> =>
  onReadModel((readModel) =>
    withProjections(async (opening) => {
      const { EVENTSTORE_URL: url } = loadConfig(Type.Object({ EVENTSTORE_URL: mysqlUrl }));
      const eventStore = openMysqlPool({ url, connectionLimit: 2 });
      try {
        await work({ eventStore, readModel, projections: opening });
      } finally {
        await eventStore.end();
      }
    }),
  );

/** Returns the queues in the order of their oldest dead letters, page by page. A queue whose retry fails is not returned again. */
async function* everyQueue(readModel: Pool): AsyncGenerator<DeadLetterQueue> {
  for (let afterId = 0; ;) {
    const queues = await deadLetterQueues(readModel, projections, { afterId, limit: queuesPerPage });
    yield* queues;
    const last = queues.at(-1);
    if (last === undefined) return;
    afterId = last.firstId;
  }
}

const queuesPerPage = 1_000;

const positiveInteger = (text: string): number => {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("Expected a positive integer.");
  return Number(text);
};

const seconds = (text: string): number => {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("Expected a whole number of seconds.");
  return Number(text);
};

/** Returns the option --type, which is needed because two aggregates of different types may have the same id. */
const typeOption = (): Option =>
  new Option("--type <type>", "the aggregate type of --aggregate")
    .choices(projections.map(({ aggregateType }) => aggregateType))
    .default(cartAggregateType);

/**
 * The first Ctrl-C lets the command stop at a point where it leaves nothing behind; a second one ends the process. Under npm
 * one Ctrl-C arrives more than once: from the terminal, and passed on by the programs in between.
 */
const interrupted = new AbortController();
let interruptedAt: number | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (interruptedAt !== undefined && performance.now() - interruptedAt > 1_000) process.exit(130);
    interruptedAt ??= performance.now();
    interrupted.abort(new Error(`interrupted by ${signal}`));
  });
}

const program = new Command("projector").description("Manages dead letters of the read model, and rebuilds and verifies it.");

const deadLetters = program
  .command("dead-letters")
  .description(
    "messages that could not be projected, and later messages of the same aggregates, which wait behind them. Needs READMODEL_URL.",
  );

deadLetters
  .command("list")
  .description("print each dead letter as a JSON line, in the order of arrival")
  .option("--aggregate <id>", "only dead letters of this aggregate", uuidArgument)
  .option("--reason <code>", "only dead letters with this reason_code, such as VERSION_GAP")
  .option("--limit <rows>", "upper limit of printed dead letters", positiveInteger, 100)
  .action(async ({ aggregate, reason, limit }: { aggregate?: string; reason?: string; limit: number }) => {
    const listed = await onReadModel((readModel) =>
      inTransaction(readModel, (connection) => listDeadLetters(connection, projections, { aggregateId: aggregate, reason, limit })),
    );
    for (const line of listed) print(line);
  });

deadLetters
  .command("show")
  .description("print a dead letter with its message: headers, key and value as text, or as base64 if they are not text")
  .argument("<id>", "the dead letter's id", positiveInteger)
  .action(async (id: number) => {
    const shown = await onReadModel((readModel) => inTransaction(readModel, (connection) => showDeadLetter(connection, projections, id)));
    if (shown === undefined) throw new Error(`dead letter ${id} does not exist: dead-letters list shows the ids`);
    print(shown);
  });

deadLetters
  .command("retry")
  .description("project a queue in its order, up to the first message that still fails; then print the reason and exit with 1")
  .argument("[id]", "the queue that this dead letter is in", positiveInteger)
  .option("--aggregate <id>", "the queue of this aggregate", uuidArgument)
  .addOption(typeOption())
  .option("--all", "every queue")
  .action(async (id: number | undefined, { aggregate, type, all }: { aggregate?: string; type: string; all?: true }) => {
    if ([id, aggregate, all].filter((choice) => choice !== undefined).length !== 1) {
      throw new Error("expected exactly one of: an ID, --aggregate ID, --all");
    }
    await onReadModel((readModel) =>
      withProjections(async (opening) => {
        const named = id === undefined ? { aggregateType: type, aggregateId: aggregate ?? "" } : await queueOf(readModel, id);
        if (named === undefined) throw new Error(`dead letter ${id} does not exist: dead-letters list shows the ids`);
        for await (const queue of all === true ? everyQueue(readModel) : [named]) {
          interrupted.signal.throwIfAborted();
          const result = await retryQueue(readModel, opening, queue);
          print(result);
          if (result.failed !== null) process.exitCode = 1;
        }
      }),
    );
  });

deadLetters
  .command("discard")
  .description("delete a dead letter that is not an event of its aggregate, and print the consequences; no event is skipped because of it")
  .argument("<id>", "the dead letter's id", positiveInteger)
  .action(async (id: number) => {
    const discarded = await onReadModel((readModel) => discardDeadLetter(readModel, projections, id));
    if (discarded === undefined) throw new Error(`dead letter ${id} does not exist: dead-letters list shows the ids`);
    print(discarded);
  });

program
  .command("rebuild")
  .description(
    "rebuild the read model from the event store, while clients read it and projectors run. Needs EVENTSTORE_URL (not of a replica), " +
      "and READMODEL_URL of a user who may create, lock, rename and drop tables. It can be interrupted and run again.",
  )
  .option("--aggregate <id>", "rebuild only this aggregate, in place", uuidArgument)
  .addOption(typeOption())
  .action(({ aggregate, type }: { aggregate?: string; type: string }) =>
    onBoth(async (databases) => {
      const { eventStore, readModel } = databases;
      if (aggregate !== undefined)
        print(await rebuildOne(eventStore, readModel, databases.projections, { aggregateType: type, id: aggregate }));
      else print({ step: "done", ...(await rebuildAll({ ...databases, signal: interrupted.signal, report: print })) });
    }),
  );

program
  .command("verify")
  .description(
    "compare the read model with the fold of the event store: one JSON line for each difference, exit 1 if there is one. Names the " +
      "projections whose rows another revision built, which need a rebuild. Needs EVENTSTORE_URL and READMODEL_URL.",
  )
  .option("--wait <seconds>", "how long an event may take to arrive before it counts as missing", seconds, 30)
  .action(({ wait }: { wait: number }) =>
    onBoth(async (databases) => {
      const outdated = await findOutdatedProjections(databases.readModel, databases.projections);
      for (const projection of outdated) print({ step: "needs_rebuild", ...projection });
      const result = await verifyReadModel({
        ...databases,
        signal: interrupted.signal,
        patienceMs: wait * 1_000,
        report: print,
      });
      print({ step: "done", ...result, needs_rebuild: outdated.length > 0 });
      if (result.differences > 0) process.exitCode = 1;
    }),
  );

try {
  await program.parseAsync();
} catch (error) {
  console.error(`projector: ${error instanceof Error ? error.message || String(error) : String(error)}`);
  process.exitCode = 1;
}
