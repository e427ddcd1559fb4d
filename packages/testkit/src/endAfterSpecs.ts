const patienceMs = 60_000;

/**
 * Mocha ends by itself when nothing is left to do. A connection or a server that a spec has left open, perhaps because
 * the spec failed before it closed it, would keep mocha alive for ever, and whoever waits for mocha as well. These hooks
 * end such a process, and count it as a failure that says what was left open.
 */
export const mochaHooks = {
  afterAll(): void {
    const giveUp = (): void => {
      const open = process.getActiveResourcesInfo().join(", ");
      process.stderr.write(`✘ ${patienceMs / 1_000} s after the last spec, these resources still kept the process alive: ${open}\n`);
      // Mocha sets the exit code when the process ends, so this has to be set after that.
      process.on("exit", () => (process.exitCode ||= 1));
      process.exit();
    };
    setTimeout(giveUp, patienceMs).unref();
  },
};
