import { expect } from "chai";
import { UserError } from "../userError.ts";
import { firstThatServes, notHere, type ServerProvider } from "./firstThatServes.ts";
import { never, type Provider, type RunningServer } from "./runningServer.ts";

const server = (provider: Provider): RunningServer => ({
  provider,
  description: provider,
  stop: () => Promise.resolve(),
  died: never,
});
const serves = (provider: Provider): ServerProvider<RunningServer> => ({
  provider,
  way: provider,
  start: () => Promise.resolve(server(provider)),
});
const isAbsent = (provider: Provider, reason: string): ServerProvider<RunningServer> => ({
  provider,
  way: provider,
  start: () => Promise.resolve(notHere(reason)),
});
const fails = (provider: Provider, reason: string): ServerProvider<RunningServer> => ({
  provider,
  way: provider,
  start: () => Promise.reject(new UserError(reason)),
});

describe("the first provider that serves", () => {
  it("is taken after providers that do not apply or fail", async () => {
    const providers = [isAbsent("environment", "not set"), fails("docker", "no pull"), serves("local"), serves("fetched")];
    expect(await firstThatServes("MySQL", providers, "advice")).to.have.property("provider", "local");
  });

  it("is never a replacement for a server that the environment names", async () => {
    const error = await firstThatServes("MySQL", [fails("environment", "refused"), serves("docker")], "advice").catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(UserError).with.property("message", "MySQL: refused");
  });

  it("is replaced by an error that lists each way, why it failed and what to do, if no provider serves", async () => {
    const providers = [isAbsent("environment", "not set"), fails("docker", "no pull")];
    const error = await firstThatServes("MySQL", providers, "Install one").catch((reason: unknown) => reason);
    expect(error).to.have.property("message", "no MySQL available. Tried:\n  - environment: not set\n  - docker: no pull\nInstall one");
  });
});
