import { setImmediate as immediate } from "node:timers/promises";
import { expect } from "chai";
import type { DomainEvent } from "@cart/domain";
import type { KeyScope, StoredAnswer } from "../../idempotency/storedAnswer.ts";
import { CommandFailedError } from "../commandErrors.ts";
import type { PendingCommand } from "../settlement/pendingCommand.ts";
import { createKeyedCommands } from "./keyedCommands.ts";

describe("keyed commands", () => {
  type Pending = PendingCommand<null, null, DomainEvent>;

  /** Submitted commands wait until the spec answers them; the look-up reads `store`. */
  const open = ({ maxWaitingCommands = 10, fails }: { readonly maxWaitingCommands?: number; readonly fails?: Error } = {}) => {
    const store = new Map<string, StoredAnswer>();
    const lookUps: string[][] = [];
    const submitted: Pending[] = [];
    let stopped = false;
    const commands = createKeyedCommands<null, null, DomainEvent>({
      aggregateType: "Cart",
      maxKeys: 2,
      findAnswers: async (scopes: readonly KeyScope[]) => {
        lookUps.push(scopes.map(({ key }) => key));
        if (fails !== undefined) throw fails;
        return scopes.map(({ key }) => store.get(key));
      },
      submit: (command) => submitted.push(command),
      requireRoom: (waiting) => {
        if (stopped) throw new CommandFailedError("STOPPING", "stopping");
        if (waiting >= maxWaitingCommands) throw new CommandFailedError("OVERLOADED", "overloaded");
      },
    });
    return {
      ...commands,
      lookUps,
      submitted,
      stop: () => (stopped = true),
      send: (key: string, request = "request") =>
        commands.handleOnce(
          { aggregateId: "cart-1", command: null, metadata: { correlation_id: "c", causation_id: "c" } },
          { key, requestHash: Buffer.from(request), answer: ({ version }) => `version ${version}` },
        ),
      /** Stores the answer of a submitted command, as its transaction does, and sends the answer. */
      commit: (index: number) => {
        const settlement = submitted[index]?.settle({ aggregateId: "cart-1", version: index + 1, events: [] });
        if (settlement?.answer !== undefined) store.set(settlement.answer.key, settlement.answer);
        settlement?.send();
      },
    };
  };
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => "answered",
      (error: unknown) => (error instanceof CommandFailedError ? error.code : error),
    );

  it("are submitted if their key has no answer, and answered from the store otherwise", async () => {
    const commands = open();
    const first = commands.send("key");
    await immediate();
    commands.commit(0);
    expect(await first).to.deep.equal({ version: 1, answer: "version 1", replayed: false });
    expect(await commands.send("key")).to.deep.equal({ version: 1, answer: "version 1", replayed: true });
    expect(commands.submitted).to.have.length(1);
  });

  it("are prepared only if their key has no answer, and a preparation that fails does not use up the key", async () => {
    const commands = open();
    let prepared = 0;
    const request = { aggregateId: "cart-1", command: null, metadata: { correlation_id: "c", causation_id: "c" } };
    const send = (fails?: Error) =>
      commands.handleOnce(
        {
          aggregateId: "cart-1",
          prepare: async () => {
            prepared += 1;
            if (fails !== undefined) throw fails;
            return request;
          },
        },
        { key: "key", requestHash: Buffer.from("request"), answer: ({ version }) => `version ${version}` },
      );
    expect(await codeOf(send(new Error("refused")))).to.have.property("message", "refused");
    const first = send();
    await immediate();
    commands.commit(0);
    expect(await first).to.include({ replayed: false });
    expect(await send(new Error("refused"))).to.include({ replayed: true });
    expect([prepared, commands.submitted.length]).to.deep.equal([2, 1]);
  });

  it("are in flight one at a time for a key, and the next command finds the answer", async () => {
    const commands = open();
    const [first, second, other] = [commands.send("key"), commands.send("key"), commands.send("other")];
    await immediate();
    expect([commands.submitted.length, commands.lookUps]).to.deep.equal([2, [["key", "other"]]]);
    commands.commit(0);
    commands.commit(1);
    expect((await Promise.all([first, second, other])).map(({ replayed }) => replayed)).to.deep.equal([false, true, false]);
  });

  it("are submitted after an earlier command with the same key has failed", async () => {
    const commands = open();
    const [first, second] = [commands.send("key"), commands.send("key")];
    await immediate();
    commands.submitted[0]?.reject(new Error("refused"));
    expect(await codeOf(first)).to.have.property("message", "refused");
    await immediate();
    commands.commit(1);
    expect(await second).to.include({ replayed: false });
  });

  it("get the answer that another process has stored by then, unless it is to another request", async () => {
    const commands = open();
    const stored = { aggregateType: "Cart", aggregateId: "cart-1", key: "key", version: 7, answer: "theirs" };
    const sent = [commands.send("key"), commands.send("other")];
    await immediate();
    for (const { replay } of commands.submitted) replay?.send({ ...stored, requestHash: Buffer.from("request") });
    const theirs = { version: 7, answer: "theirs", replayed: true };
    expect(await Promise.all(sent)).to.deep.equal([theirs, theirs]);
    const late = commands.send("third");
    await immediate();
    commands.submitted[2]?.replay?.send({ ...stored, requestHash: Buffer.from("another request") });
    expect(await codeOf(late)).to.include({ name: "IdempotencyKeyReusedError", key: "third" });
  });

  it("fail as unavailable if the look-up gets no answer, and are not submitted", async () => {
    const commands = open({ fails: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) });
    expect(await codeOf(commands.send("key"))).to.equal("UNAVAILABLE");
    expect(commands.submitted).to.deep.equal([]);
  });

  it("are refused beyond the limit of waiting commands, also while they wait for their key", async () => {
    const commands = open({ maxWaitingCommands: 2 });
    const sent = ["key", "key"].map((key) => commands.send(key));
    expect(await codeOf(commands.send("other"))).to.equal("OVERLOADED");
    await immediate();
    commands.commit(0);
    await Promise.all(sent);
    const next = commands.send("next");
    await immediate();
    commands.commit(1);
    expect(await codeOf(next)).to.equal("answered");
  });

  it("that wait for their key are refused after a stop, and those in flight have settled", async () => {
    const commands = open();
    const [first, second] = [commands.send("key"), commands.send("key")];
    await immediate();
    commands.stop();
    let settled = false;
    const waiting = commands.settled().then(() => (settled = true));
    await immediate();
    expect(settled).to.equal(false);
    commands.commit(0);
    await waiting;
    expect(await Promise.all([codeOf(first), codeOf(second)])).to.deep.equal(["answered", "STOPPING"]);
  });
});
