export type Provider = "environment" | "docker" | "local" | "fetched";

/** The unexpected end of a server. The description tells the user what ended, how, and where its log is. */
export type Death = { readonly description: string };

/** A server that answers. `stop` resolves when the server has ended. It does nothing to a server that the environment names. */
export type RunningServer = {
  readonly provider: Provider;
  /** Tells the user what the server is and where it listens. */
  readonly description: string;
  readonly stop: () => Promise<void>;
  /** Resolves if the server ends without having been stopped. Never resolves for a server that the environment names. */
  readonly died: Promise<Death>;
};

/** The `died` of a server that this process does not watch. */
export const never = new Promise<never>(() => undefined);

export type RunningMysql = RunningServer & { readonly url: string };
export type RunningKafka = RunningServer & { readonly brokers: readonly string[] };

/** A server that is a process of this machine. `kill` sends SIGKILL and resolves when the process has ended. */
export type Killable = { readonly kill: () => Promise<void> };

/** A server that runs as one process for as long as it runs. */
export type OwnProcess = Killable & { readonly pid: number };

/** Fixed ports, for a server that is stopped and started again on the same ones. For omitted ports, free ones are chosen. */
export type ServerPorts = {
  readonly mysql?: number;
  readonly kafka?: number;
  readonly kafkaController?: number;
  /** The port to which Kafka tells its clients to connect, if a proxy is in front of it. */
  readonly kafkaAdvertised?: number;
};

/** Where a server runs, if it has a network namespace of its own on this machine. */
export type ServerHost = {
  /** The IP address that the server listens on. */
  readonly address: string;
  /** The command, such as nsenter with its options, that runs a program in the namespace. */
  readonly within: readonly string[];
};

/** Returns a port that is free at this moment, one of the preferred ones if possible. Another program may take it right afterwards. */
export type ChoosePort = (preferred: readonly number[]) => Promise<number>;

/** The host of a server without a network namespace of its own. */
export const loopback: ServerHost = { address: "127.0.0.1", within: [] };

/** How the servers run. */
export type ServerPlan = {
  /** The folder for data and logs. */
  readonly folder: string;
  /**
   * If true, the data is kept for the next start, and the usual ports are used if they are free. If false, as in
   * tests, the data is thrown away.
   */
  readonly keep: boolean;
  readonly ports?: ServerPorts;
  /** Options of mysqld that override those of these tools. Only for a server that is a process of this machine. */
  readonly mysqlOptions?: readonly string[];
  /** Properties of Kafka that override those of these tools. Only for a server that is a process of this machine. */
  readonly kafkaProperties?: Readonly<Record<string, string>>;
  /** The host of a MySQL that is a process; loopback by default. */
  readonly host?: ServerHost;
  /** Chooses the ports that `ports` leaves out; `chooseFreePort` by default. A spec forces races with it. */
  readonly choosePort?: ChoosePort;
  /** Aborts a start: servers that were started are stopped, and incomplete downloads are removed. */
  readonly signal?: AbortSignal;
  readonly report: (line: string) => void;
};

/** What fetching a program needs of a plan. */
export type FetchPlan = Pick<ServerPlan, "report" | "signal">;

/** A program and its leading arguments. */
export type Command = readonly [string, ...string[]];
