import type { ConsumedMessage } from "@cart/messaging";
import type { Violation } from "./check/findings.ts";
import type { LedgerEntry, Outcome } from "./load/ledger.ts";
import type { CartRequest } from "./load/sendCommand.ts";
import type { Shopper } from "./load/loadedCarts.ts";
import type { Random } from "./random.ts";
import type { ServiceName, System } from "./system/system.ts";

/** A system with the ledger of the commands that were sent to it. */
export type Cell = { readonly system: System; readonly record: (entry: LedgerEntry) => void };

export type ScenarioContext = {
  readonly system: System;
  /** The folder of the services' logs. */
  readonly logFolder: string;
  readonly random: Random;
  /** One line of progress. */
  readonly report: (line: string) => void;
  /** Lets the load continue for a random time in milliseconds. */
  readonly pause: (min: number, max: number) => Promise<void>;
  /** Counts an injected fault. */
  readonly injected: (count?: number) => void;
  /**
   * Call it when the fault is over. It waits under load until the view has every event
   * that was acknowledged by now and new commands are acknowledged, and measures the time.
   */
  readonly recovered: () => Promise<void>;
  /** Sends a command for the scenario and records it in the ledger. */
  readonly send: (request: Omit<CartRequest, "id">) => Promise<Outcome>;
  /** Records a command that the scenario has sent by itself. */
  readonly record: Cell["record"];
  /** Sends nothing for the shopper any more. Resolves when every command of the shopper was answered or abandoned. */
  readonly leave: (userId: string) => Promise<void>;
  /** Call it before a cart comes back from the archive: readers then see it begin again, and its answers to earlier commands are gone. */
  readonly beginsAgain: (cartId: string) => void;
  /** Starts another system beside the first one. It is compared in the same way at the end, with a ledger of its own, and stopped. */
  readonly startCell: (name: string) => Promise<Cell>;
  /** Reports that the scenario saw a violation. */
  readonly violation: (violation: Violation, text: string) => void;
  /** Marks messages that the scenario put into the topic and that the system did not publish. */
  readonly foreignMark: string;
};

/** A kind of fault, injected into the system and the surroundings of a suite: its servers and its network. */
export type Scenario<Surroundings> = {
  /** The name for `--only`. */
  readonly name: string;
  /** The title in the table. */
  readonly fault: string;
  /** Settings of the services that differ from their defaults. */
  readonly env?: Readonly<Record<string, string>>;
  /** How many clients send commands throughout, 12 by default. With 0 the scenario sends every command itself, and does not call `recovered`. */
  readonly clients?: number;
  /** The owners of the clients' carts. One by default. */
  readonly shoppers?: readonly Shopper[];
  /** How many processes of a service run, if the suite runs another number of them. */
  readonly replicas?: Partial<Readonly<Record<ServiceName, number>>>;
  /**
   * Whether the scenario may run on the servers beside another one, with a system of its own. Not if it disturbs a server or a
   * connection, or expects something that a busy machine may prevent.
   */
  readonly mayShare?: boolean;
  readonly run: (context: ScenarioContext & Surroundings) => Promise<void>;
  /** Runs when the load has ended and everything is in the view, before the comparison. */
  readonly afterwards?: (context: ScenarioContext & Surroundings) => Promise<void>;
  /** True if no fault is injected, so that nothing may be published more than once. */
  readonly isCalm?: boolean;
};

export const isForeignMessage = ({ value, headers }: ConsumedMessage, mark: string): boolean =>
  headers[mark] !== undefined || value?.toString().startsWith(mark) === true;
