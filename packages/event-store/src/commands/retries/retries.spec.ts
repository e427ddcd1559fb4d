import { StatementTooLargeError } from "@cart/mysql";
import { expect } from "chai";
import { CommitOutcomeUnknownError } from "../../streams/commitOutcomeUnknownError.ts";
import { ConcurrencyError } from "../../streams/concurrencyError.ts";
import { StreamsTooLargeError } from "../../streams/streamsTooLargeError.ts";
import { CommandTooLargeError } from "../commandErrors.ts";
import { createRetries } from "./retries.ts";

describe("retries", () => {
  const conflict = new ConcurrencyError("a stream has moved on");
  const deadlock = Object.assign(new Error("deadlock"), { errno: 1213, sqlState: "40001" });
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const unknown = new CommitOutcomeUnknownError("no answer to COMMIT");
  const fault = new TypeError("a fault");

  /**
   * Commits a batch of named entries. `fails` returns the error of an attempt; `replayed` names the entries that have a
   * stored answer before a later attempt. Returns the attempted batches and the outcome of each entry.
   */
  const commit = async (
    names: readonly string[],
    {
      fails,
      replayed = [],
      maxAttempts = 4,
    }: {
      readonly fails: (names: readonly string[], attempt: number) => Error | undefined;
      readonly replayed?: readonly string[];
      readonly maxAttempts?: number;
    },
  ) => {
    const outcomes: Record<string, unknown> = {};
    const tried: string[] = [];
    const committed: object[] = [];
    const pauses: number[] = [];
    let conflicts = 0;
    const entries = names.map((name) => ({ name, reject: (error: unknown) => void (outcomes[name] = error) }));
    await createRetries<(typeof entries)[number]>({
      maxAttempts,
      commitOnce: async (batch, attempt) => {
        const batchNames = batch.map(({ name }) => name);
        tried.push(`${batchNames.join("+")} ${attempt}`);
        const error = fails(batchNames, attempt);
        if (error !== undefined) throw error;
        for (const name of batchNames) outcomes[name] = "stored";
        return batch.length * 2;
      },
      answerReplays: async (batch) =>
        batch.filter(({ name }) => {
          if (!replayed.includes(name)) return true;
          outcomes[name] = "replayed";
          return false;
        }),
      onCommit: ({ commands, events, attempts }) => committed.push({ commands, events, attempts }),
      onConflict: () => (conflicts += 1),
      pause: async (ms) => pauses.push(ms),
    })(entries);
    return { outcomes, tried, committed, pauses, conflicts };
  };
  const until = (attempt: number, error: Error) => (_: readonly string[], current: number) => (current < attempt ? error : undefined);

  it("commit a batch at the first attempt if it does not fail", async () => {
    const { outcomes, tried, committed, pauses } = await commit(["a", "b"], { fails: () => undefined });
    expect(outcomes).to.deep.equal({ a: "stored", b: "stored" });
    expect([tried, committed, pauses]).to.deep.equal([["a+b 1"], [{ commands: 2, events: 4, attempts: 1 }], []]);
  });

  for (const error of [conflict, deadlock]) {
    it(`try again after a ${error.message === "deadlock" ? "deadlock" : "conflict"}, each time after a random pause that may be longer`, async () => {
      const { outcomes, committed, pauses, conflicts } = await commit(["a"], { fails: until(4, error) });
      expect(outcomes).to.deep.equal({ a: "stored" });
      expect([committed, conflicts]).to.deep.equal([[{ commands: 1, events: 2, attempts: 4 }], 3]);
      expect(pauses).to.have.length(3);
      pauses.forEach((ms, index) => expect(ms).to.be.within(0, 5 * (index + 1)));
    });
  }

  it("fail the whole batch after the last attempt", async () => {
    const { outcomes, tried, conflicts } = await commit(["a", "b"], { fails: () => conflict });
    expect([tried.length, conflicts]).to.deep.equal([4, 4]);
    for (const outcome of Object.values(outcomes)) expect(outcome).to.include({ code: "CONTENDED", cause: conflict });
  });

  it("try exactly twice if the database does not answer", async () => {
    expect((await commit(["a"], { fails: until(2, refused) })).outcomes).to.deep.equal({ a: "stored" });
    const { outcomes, tried, conflicts } = await commit(["a"], { fails: () => refused });
    expect([tried, conflicts]).to.deep.equal([["a 1", "a 2"], 0]);
    expect(outcomes["a"]).to.include({ code: "UNAVAILABLE", cause: refused });
  });

  it("never retry a batch whose COMMIT was not answered", async () => {
    const { outcomes, tried } = await commit(["a", "b"], { fails: () => unknown });
    expect(tried).to.deep.equal(["a+b 1"]);
    for (const outcome of Object.values(outcomes)) expect(outcome).to.include({ code: "OUTCOME_UNKNOWN", cause: unknown });
  });

  it("commit one by one after a fault, so that only the entry at fault fails", async () => {
    const { outcomes, tried } = await commit(["a", "bad", "c"], { fails: (names) => (names.includes("bad") ? fault : undefined) });
    expect(tried).to.deep.equal(["a+bad+c 1", "a 1", "bad 1", "c 1"]);
    expect(outcomes).to.deep.equal({ a: "stored", bad: fault, c: "stored" });
  });

  it("commit in parts, in order, what needs too much memory together", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const atMost = (most: number) => (tried: readonly string[]) => (tried.length > most ? new StreamsTooLargeError(most) : undefined);
    const twos = await commit(names, { fails: atMost(2) });
    expect(twos.tried).to.deep.equal(["a+b+c+d+e 1", "a+b 1", "c+d 1", "e 1"]);
    expect(Object.values(twos.outcomes)).to.deep.equal(names.map(() => "stored"));
    expect((await commit(names, { fails: atMost(4) })).tried, "a part is at most half").to.deep.equal([
      "a+b+c+d+e 1",
      "a+b 1",
      "c+d 1",
      "e 1",
    ]);
    const none = new StreamsTooLargeError(0);
    const ones = await commit(["a", "b"], { fails: (tried) => (tried.length > 1 ? none : undefined) });
    expect(ones.tried).to.deep.equal(["a+b 1", "a 1", "b 1"]);
  });

  it("remember how many fit, and try more when these fit", async () => {
    const tried: number[] = [];
    const commitBatch = createRetries<{ readonly reject: (error: unknown) => void }>({
      maxAttempts: 1,
      commitOnce: async (batch) => {
        tried.push(batch.length);
        if (batch.length > 3) throw new StreamsTooLargeError(3);
        return batch.length;
      },
      answerReplays: async (batch) => batch,
    });
    const entries = (count: number) => Array.from({ length: count }, () => ({ reject: () => undefined }));
    await commitBatch(entries(6));
    expect(tried.splice(0)).to.deep.equal([6, 3, 3]);
    await commitBatch(entries(4));
    expect(tried.splice(0)).to.deep.equal([3, 1]);
    await commitBatch(entries(4));
    expect(tried.splice(0), "twice as many may fit now").to.deep.equal([4, 2, 2]);
  });

  it("say that a command is too large for the server", async () => {
    const cause = new StatementTooLargeError("a statement is too large");
    const { outcomes } = await commit(["a", "large"], { fails: (tried) => (tried.includes("large") ? cause : undefined) });
    expect(outcomes["a"]).to.equal("stored");
    expect(outcomes["large"]).to.be.instanceOf(CommandTooLargeError).that.includes({ cause });
  });

  it("leave out, at a later attempt, entries that have been answered", async () => {
    const { tried, outcomes, committed } = await commit(["a", "b"], { fails: until(2, conflict), replayed: ["a"] });
    expect([tried, outcomes]).to.deep.equal([["a+b 1", "b 2"], { a: "replayed", b: "stored" }]);
    expect(committed).to.deep.equal([{ commands: 1, events: 2, attempts: 2 }]);
    const all = await commit(["a"], { fails: () => conflict, replayed: ["a"] });
    expect([all.tried, all.outcomes, all.committed]).to.deep.equal([["a 1"], { a: "replayed" }, []]);
  });
});
