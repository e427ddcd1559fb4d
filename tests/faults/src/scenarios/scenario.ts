import type { ConsumedMessage } from "@cart/messaging";
import type { Violation } from "../check/findings.ts";
import type { CartRequest } from "../load/sendCommand.ts";
import type { Outcome } from "../load/ledger.ts";
import type { Random } from "../random.ts";
import type { Servers } from "../system/servers.ts";
import type { System } from "../system/system.ts";

export type ScenarioContext = {
  readonly system: System;
  readonly servers: Servers;
  readonly random: Random;
  /** One line of progress. */
  readonly report: (line: string) => void;
  /** Lets the load go on for a random time. Milliseconds. */
  readonly pause: (min: number, max: number) => Promise<void>;
  /** Counts a fault that was done. */
  readonly injected: (count?: number) => void;
  /**
   * The fault is over: waits, while the load goes on, until the view has everything
   * that was acknowledged by now and new commands are acknowledged, and takes the time.
   */
  readonly recovered: () => Promise<void>;
  /** Sends a command of the scenario's own and puts it into the ledger. */
  readonly send: (request: Omit<CartRequest, "id">) => Promise<Outcome>;
  /** The scenario saw what may not be. */
  readonly violation: (violation: Violation, text: string) => void;
  /** Messages with this mark were put into the topic by hand, and are not of the system. */
  readonly foreignMark: string;
};

export type Scenario = {
  /** For `--only`. */
  readonly name: string;
  /** For the table. */
  readonly fault: string;
  /** Settings of the services that differ from what they run with by default. */
  readonly env?: Readonly<Record<string, string>>;
  readonly run: (context: ScenarioContext) => Promise<void>;
  /** Without a fault nothing is to be published more than once. */
  readonly isCalm?: boolean;
};

export const isForeignMessage = ({ value, headers }: ConsumedMessage, mark: string): boolean =>
  headers[mark] !== undefined || value?.toString().startsWith(mark) === true;
