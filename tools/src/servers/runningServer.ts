export type Provider = "environment" | "docker" | "local" | "fetched";

/** The end of a process that nobody asked to end. For people: what ended, how, and where its log is. */
export type Death = { readonly description: string };

/** A server that answers. `stop` resolves when it has ended; for one that the environment names it does nothing. */
export type RunningServer = {
  readonly provider: Provider;
  /** For people: what it is and where it listens. */
  readonly description: string;
  readonly stop: () => Promise<void>;
  /** Resolves when it ended without having been asked to; never for one that the environment names. */
  readonly died: Promise<Death>;
};

/** For a server that others look after. */
export const never = new Promise<never>(() => undefined);

export type RunningMysql = RunningServer & { readonly url: string };
export type RunningKafka = RunningServer & { readonly brokers: readonly string[] };

/** A server that is a process of this machine. `kill` is SIGKILL, and resolves when it has ended. */
export type Killable = { readonly kill: () => Promise<void> };

/** For a server that is stopped and started at the same place. Free ones are taken for those that are left out. */
export type ServerPorts = {
  readonly mysql?: number;
  readonly kafka?: number;
  readonly kafkaController?: number;
  /** Where Kafka tells its clients to come back to, when that is a proxy in front of it. */
  readonly kafkaAdvertised?: number;
};

/** Gives a port that is free at this moment, one of the preferred ones if possible. Another program may take it right afterwards. */
export type ChoosePort = (preferred: readonly number[]) => Promise<number>;

/** How the servers run. */
export type ServerPlan = {
  /** Where data and logs go. */
  readonly folder: string;
  /** Kept for the next start, on the usual ports when they are free; or for tests, thrown away. */
  readonly keep: boolean;
  readonly ports?: ServerPorts;
  /** Chooses the ports that `ports` leaves out; `chooseFreePort` by default. A spec forces races with it. */
  readonly choosePort?: ChoosePort;
  /** Aborted to give up a start: what was started or half fetched by then is stopped and removed. */
  readonly signal?: AbortSignal;
  readonly report: (line: string) => void;
};
