import type { Pool } from "mysql2/promise";
import type { Projections } from "../projection/projection.ts";

export type RebuildProgress =
  | {
      readonly step: "fold";
      readonly events: number;
      readonly total: number;
      readonly events_per_second: number;
      readonly seconds_left: number;
    }
  | {
      readonly step: "cannot_project";
      readonly aggregate_type: string;
      readonly aggregate_id: string;
      readonly version: number;
      readonly reason_code: string;
      readonly reason: string;
    }
  | { readonly step: "catch_up"; readonly aggregates: number }
  | { readonly step: "verified"; readonly rows: string }
  | { readonly step: "swap"; readonly writers_waited_ms: number; readonly readers_waited_ms: number };

export type RebuildOptions = {
  /** The primary, not a replica, because only it is sure to have every event that Kafka has. */
  readonly eventStore: Pool;
  /** A pool of at least 3 connections, with a user who may create, lock, rename and drop tables. */
  readonly readModel: Pool;
  readonly projections: Projections;
  readonly signal: AbortSignal;
  readonly report: (progress: RebuildProgress) => void;
  readonly pageEvents?: number;
  /** Called after the new tables are filled and before they catch up. Only specs use it. */
  readonly onFolded?: () => Promise<void>;
};
