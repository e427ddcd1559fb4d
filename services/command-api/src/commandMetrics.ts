import { Counter, Histogram, type Registry } from "prom-client";

export type CommandOutcome = "success" | "replayed" | "rejected" | "error";

export type CommandMetrics = {
  /** Starts to measure a command; call the returned function once, with how it ended. */
  readonly started: (command: string) => (outcome: CommandOutcome) => void;
  readonly committed: (events: number, commands: number) => void;
  readonly conflict: () => void;
};

export const createCommandMetrics = (registry: Registry): CommandMetrics => {
  const registers = [registry];
  const commands = new Counter({
    name: "cart_commands_total",
    help: "Commands by result: success, replayed (an earlier answer was given again), rejected (by a rule or because it cannot be served now), error (a defect)",
    labelNames: ["command", "result"],
    registers,
  });
  const duration = new Histogram({
    name: "cart_command_duration_seconds",
    help: "Time from a valid request to its outcome",
    labelNames: ["command", "result"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const appended = new Counter({ name: "cart_events_appended_total", help: "Events appended to the event store", registers });
  const batch = new Histogram({
    name: "cart_append_batch_commands",
    help: "Commands that shared one transaction",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const conflicts = new Counter({
    name: "cart_append_conflicts_total",
    help: "Transactions that were decided again because another writer was faster",
    registers,
  });

  return {
    started: (command) => {
      const begin = performance.now();
      return (result) => {
        commands.inc({ command, result });
        duration.observe({ command, result }, (performance.now() - begin) / 1000);
      };
    },
    committed: (events, commandCount) => {
      appended.inc(events);
      batch.observe(commandCount);
    },
    conflict: () => conflicts.inc(),
  };
};
