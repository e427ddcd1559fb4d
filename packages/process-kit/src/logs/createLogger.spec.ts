import { expect } from "chai";
import { type Static, Type } from "typebox";
import { Parse } from "typebox/value";
import { createLogger } from "./createLogger.ts";

const lineSchema = Type.Record(Type.String(), Type.Unknown());
const parseLine = (line: unknown): Static<typeof lineSchema> => Parse(lineSchema, line);

const linesOf = (write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] => {
  const lines: Record<string, unknown>[] = [];
  write(createLogger({ service: "kit", level: "info", destination: { write: (line) => lines.push(parseLine(JSON.parse(line))) } }));
  return lines;
};

const parseFailure = (text: string): Error => {
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the text is JSON");
};

describe("createLogger", () => {
  it("writes JSON lines with the service and an ISO time, from the configured level up", () => {
    const lines = linesOf((logger) => {
      logger.debug("not this");
      logger.info({ carts: 2 }, "this");
    });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ service: "kit", level: 30, carts: 2, msg: "this" });
    expect(lines[0]?.["time"]).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it("writes an error with its cause and without the statement that failed", () => {
    const cause = Object.assign(new Error("Duplicate entry"), { code: "ER_DUP_ENTRY", sql: "INSERT … 'user-1'" });
    const [line] = linesOf((logger) => logger.error({ err: new Error("append failed", { cause }) }, "failed"));
    expect(line?.["err"]).to.deep.include({ message: "append failed" });
    expect(line).to.have.nested.property("err.cause.code", "ER_DUP_ENTRY");
    expect(JSON.stringify(line)).not.to.contain("user-1");
    expect(JSON.stringify(linesOf((logger) => logger.error({ err: cause }, "failed")))).not.to.contain("user-1");
  });

  const marker = "MARKER of a customer";

  const errors: readonly [what: string, error: Error][] = [
    [
      "a server of MySQL",
      Object.assign(new Error(`Duplicate entry '${marker}' for key 'carts.PRIMARY'`), {
        code: "ER_DUP_ENTRY",
        errno: 1062,
        sqlState: "23000",
        sqlMessage: `Duplicate entry '${marker}'`,
        sql: `INSERT … '${marker}'`,
      }),
    ],
    ["a driver with a statement", Object.assign(new Error(`cannot send ${marker}`), { code: "EPIPE", sql: marker })],
    [
      "a client of Kafka",
      Object.assign(new Error("refused"), { name: "KafkaJSProtocolError", payload: marker, messages: [{ value: marker }] }),
    ],
    ["a validator", Object.assign(new Error("data/name must be string"), { errors: [{ data: marker, params: { value: marker } }] })],
    ["a body parser", Object.assign(new Error("too large"), { body: marker, type: "entity.too.large" })],
    ["a parser of JSON", parseFailure(marker)],
    ["a stack that was changed", Object.assign(new Error("changed"), { stack: `Error: other\n    at ${marker}` })],
    ["a message whose lines look like frames", new Error(`first\n    at ${marker.length}`)],
    ["a code that is a text", Object.assign(new Error("coded"), { code: marker })],
  ];
  for (const [what, error] of errors) {
    it(`logs no value that an error of ${what} carries, as error, as cause or as part of another error`, () => {
      const nested = new Error("outer", { cause: new Error("inner", { cause: new AggregateError([error], "several") }) });
      const written = linesOf((logger) => {
        logger.error({ err: error }, "failed");
        logger.error({ err: nested }, "failed");
        logger.warn({ reason: error }, "failed");
      });
      expect(written).to.have.length(3);
      expect(JSON.stringify(written)).not.to.contain(marker);
      expect(written[1]).to.have.nested.property("err.cause.cause.errors[0].type", error.name);
    });
  }

  it("logs the codes of an error and where it was thrown", () => {
    const [line] = linesOf((logger) => logger.error({ err: errors[0]?.[1] }, "failed"));
    expect(line?.["err"]).to.deep.include({ type: "Error", code: "ER_DUP_ENTRY", errno: 1062, sql_state: "23000" });
    expect(line)
      .to.have.nested.property("err.stack")
      .that.matches(/^ {4}at .*createLogger\.spec\.ts/);
  });

  it("logs an error that is its own cause, and a thrown value that is not an error", () => {
    const circular = new Error("circular");
    circular.cause = circular;
    const written = linesOf((logger) => {
      logger.error({ err: circular }, "failed");
      logger.error({ err: marker }, "failed");
      logger.error({ err: new Error("mysql://root:hunter2@db/x\nsecond line") }, "failed");
    });
    expect(written[1]?.["err"]).to.deep.equal({ type: "string" });
    expect(written[2]).to.have.nested.property("err.message", "mysql://db/x second line");
  });

  it("redacts secrets, also inside objects", () => {
    const [line] = linesOf((logger) =>
      logger.info({
        password: "hunter2",
        headers: { authorization: "hunter2", cookie: "hunter2", host: "shop" },
        req: { headers: { authorization: "hunter2", "set-cookie": "hunter2" } },
        connection: { config: { password: "hunter2" } },
      }),
    );
    expect(JSON.stringify(line)).not.to.contain("hunter2");
    expect(line).to.have.nested.property("headers.host", "shop");
  });
});
