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

describe("createLogger", () => {
  it("writes JSON lines with the service and an ISO time, from its level on", () => {
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
