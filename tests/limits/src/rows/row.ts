import type { Pool } from "mysql2/promise";
import type { LimitedSystem, ServiceName } from "../system/limitedSystem.ts";

export type Stores = { readonly eventStore: Pool };

export type RowContext = Stores & {
  readonly system: LimitedSystem;
  /** One line of progress. */
  readonly report: (line: string) => void;
};

/** What a client tries, and what has to become of it beside that every service stays within its memory. */
export type Row = {
  /** For `--only`. */
  readonly name: string;
  /** For the table. */
  readonly tried: string;
  readonly services: readonly ServiceName[];
  /** Settings of the services that differ from what they run with by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Variables of the MySQL server while the row runs. */
  readonly mysqlVariables?: Readonly<Record<string, number>>;
  /** Fills the stores before the services start. */
  readonly prepare?: (stores: Stores) => Promise<void>;
  /** The most that each service may need, where that is less than the limit. */
  readonly maxPeakBytes?: number;
  /** Resolves with what came of it, in a few words for the table. Throws when that is wrong. */
  readonly run: (context: RowContext) => Promise<string>;
};
