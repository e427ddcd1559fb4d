import { randomUUID } from "node:crypto";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Killable, type Report, type ServerHost, startOwnMysql, waitUntil } from "@cart/tools/own-servers";
import getPort from "get-port";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { subnet } from "../network/network.ts";

/** A member of the group that can be stopped, killed and started again on the same port and data. */
export type GroupMember = Killable & {
  readonly id: number;
  readonly host: ServerHost;
  readonly port: number;
  /** `mysql://…` without a database. */
  readonly url: string;
  /** Sends SIGTERM. */
  readonly stop: () => Promise<void>;
  /** Starts the server unless it runs. Resolves when it answers, which may be before it has joined the group again. */
  readonly start: () => Promise<void>;
  /** Starts the server outside of the group. */
  readonly startAlone: () => Promise<void>;
  /** Replaces the data by a copy of the other member's data, with an identity of its own. Neither of the servers may run. */
  readonly takeDataOf: (other: Pick<GroupMember, "id">) => Promise<void>;
};

export type MysqlGroup = {
  readonly members: readonly GroupMember[];
  /** Resolves to the primary in which a majority agrees, once there is one. */
  readonly primary: () => Promise<GroupMember>;
  /** Makes the member the primary. The former one stays up, read-only. */
  readonly makePrimary: (member: GroupMember) => Promise<void>;
  /** Lets the member leave the group. It stays up, read-only, and gets nothing that the others store from then on. */
  readonly leave: (member: GroupMember) => Promise<void>;
  /** Lets a member that has left enter the group again. Resolves when it is online. */
  readonly enter: (member: GroupMember) => Promise<void>;
  /** Lets a member that has left be the primary of a new group, which it is alone in. */
  readonly formAlone: (member: GroupMember) => Promise<void>;
  /**
   * Forms a group of all members from the data of one, as an operator does whose other members are of no use any more: they get copies
   * of it instead of what they have. All members are down meanwhile.
   */
  readonly formFrom: (member: GroupMember) => Promise<void>;
  /** Resolves when the member is online. Does what an operator does if the member was expelled. */
  readonly joined: (member: GroupMember) => Promise<void>;
  /** Resolves when the member refuses writes. */
  readonly readOnly: (member: GroupMember) => Promise<void>;
  /** Resolves when every member has what the primary had, and rejects if a member has something that the primary does not have. */
  readonly alike: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type MysqlGroupPlan = {
  readonly folder: string;
  readonly hosts: readonly ServerHost[];
  readonly report: Report;
  readonly signal: AbortSignal;
};

/** The user of HAProxy's check. It has no password, because the check's login is the same bytes each time. */
export const checkUser = "haproxy";

/**
 * Starts three mysqld as one group with a single primary, with the defaults of Group Replication except for the time after
 * which a member without a majority gives up: by default it waits for ever, and so do its clients.
 */
export const startMysqlGroup = async (plan: MysqlGroupPlan): Promise<MysqlGroup> => {
  await mkdir(plan.folder, { recursive: true });
  const initFile = join(plan.folder, "users.sql");
  await writeFile(initFile, users);
  const places: { readonly host: ServerHost; readonly port: number; readonly groupPort: number }[] = [];
  for (const host of plan.hosts) places.push({ host, port: await getPort(), groupPort: await getPort() });
  const seeds = places.map(({ host, groupPort }) => `${host.address}:${groupPort}`).join(",");
  const groupName = randomUUID();

  const members = places.map(({ host, port, groupPort }, index): GroupMember => {
    const id = index + 1;
    const folder = folderOf(plan, id);
    let running: (Killable & { readonly stop: () => Promise<void> }) | undefined;
    const end = async (how: "stop" | "kill"): Promise<void> => {
      await running?.[how]();
      running = undefined;
    };
    const mysqlOptions = (startOnBoot: "ON" | "OFF"): readonly string[] => [
      ...memberSettings,
      `--server-id=${id}`,
      `--init-file=${initFile}`,
      `--report-host=${host.address}`,
      `--loose-group-replication-group-name=${groupName}`,
      `--loose-group-replication-local-address=${host.address}:${groupPort}`,
      `--loose-group-replication-group-seeds=${seeds}`,
      `--loose-group-replication-start-on-boot=${startOnBoot}`,
    ];
    const start = async (startOnBoot: "ON" | "OFF"): Promise<void> => {
      if (running !== undefined) return;
      const options = { ...plan, folder, keep: false, ports: { mysql: port }, host, mysqlOptions: mysqlOptions(startOnBoot) };
      running = await startOwnMysql(options);
    };
    return {
      id,
      host,
      port,
      url: `mysql://root@${host.address}:${port}`,
      kill: () => end("kill"),
      stop: () => end("stop"),
      start: () => start("ON"),
      startAlone: () => start("OFF"),
      takeDataOf: async (other) => {
        const data = dataIn(folder);
        await rm(data, { recursive: true, force: true });
        await cp(dataIn(folderOf(plan, other.id)), data, { recursive: true });
        // The file with the server's uuid. MySQL makes another one.
        await rm(join(data, "auto.cnf"));
      },
    };
  });

  const stop = async (): Promise<void> => void (await Promise.all(members.map((member) => member.kill())));
  try {
    for (const outcome of await Promise.allSettled(members.map((member) => member.startAlone()))) {
      if (outcome.status === "rejected") throw outcome.reason;
    }
    await formGroup(members);
  } catch (error) {
    await stop();
    throw error;
  }
  return groupOf(members, stop);
};

const folderOf = ({ folder }: Pick<MysqlGroupPlan, "folder">, id: number): string => join(folder, `member-${id}`);

/** Where `startOwnMysql` puts a server's data. */
const dataIn = (folder: string): string => join(folder, "mysql");

const memberSettings = [
  // A host has no name server, and a look-up that fails takes seconds.
  "--skip-name-resolve",
  "--gtid-mode=ON",
  "--enforce-gtid-consistency=ON",
  "--plugin-load-add=group_replication.so",
  // Three of these servers share a machine. Durability is not touched.
  "--innodb-buffer-pool-size=128M",
  "--innodb-redo-log-capacity=256M",
  "--loose-group-replication-recovery-get-public-key=ON",
  `--loose-group-replication-ip-allowlist=127.0.0.0/8,${subnet}`,
  "--loose-group-replication-unreachable-majority-timeout=10",
];

/** They are created on each member before it joins, outside of the binary log, because its own log would make it a stranger to the group. */
const users = [
  "SET sql_log_bin = 0;",
  "CREATE USER IF NOT EXISTS root@'%';",
  "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;",
  "CREATE USER IF NOT EXISTS recovery@'%';",
  "GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO recovery@'%';",
  `CREATE USER IF NOT EXISTS ${checkUser}@'%';`,
  `GRANT SELECT ON performance_schema.replication_group_members TO ${checkUser}@'%';`,
  "SET sql_log_bin = 1;",
  "",
].join("\n");

/** Milliseconds. Joining a group and choosing a primary take seconds. */
const statementTimeoutMs = 60_000;

/** Milliseconds. The machine may be busy. */
const connectTimeoutMs = 15_000;

/** Runs statements on a new connection, one after the other, and returns the rows of the last one. */
export const onMember = async ({ url }: Pick<GroupMember, "url">, ...statements: readonly string[]): Promise<readonly RowDataPacket[]> => {
  const connection = await createConnection({ uri: url, connectTimeout: connectTimeoutMs });
  try {
    let last: RowDataPacket[] = [];
    for (const sql of statements) [last] = await connection.query<RowDataPacket[]>({ sql, timeout: statementTimeoutMs });
    return last;
  } finally {
    // The connection is not closed with `end`, which waits for the server.
    connection.destroy();
  }
};

const formGroup = async (members: readonly GroupMember[]): Promise<void> => {
  for (const member of members) {
    await onMember(member, "CHANGE REPLICATION SOURCE TO SOURCE_USER = 'recovery' FOR CHANNEL 'group_replication_recovery'");
  }
  const [first, ...others] = members;
  if (first === undefined) throw new Error("a group needs members");
  await bootstrap(first);
  for (const member of others) await onMember(member, "START GROUP_REPLICATION");
};

/** Lets the member form a group, of which it is the primary. */
const bootstrap = async (member: GroupMember): Promise<void> =>
  void (await onMember(
    member,
    "SET GLOBAL group_replication_bootstrap_group = ON",
    "START GROUP_REPLICATION",
    "SET GLOBAL group_replication_bootstrap_group = OFF",
  ));

const groupOf = (members: readonly GroupMember[], stop: () => Promise<void>): MysqlGroup => {
  const primary = async (): Promise<GroupMember> => {
    let found: GroupMember | undefined;
    await waitUntil("a primary", 90, async () => {
      found = await primaryOf(members);
      if (found === undefined) throw new Error("no member knows a primary that a majority sees");
    });
    if (found === undefined) throw new Error("there is no primary");
    return found;
  };
  return {
    members,
    primary,
    makePrimary: async (member) => {
      const [row] = await onMember(member, "SELECT @@server_uuid AS uuid");
      await onMember(member, `SELECT group_replication_set_as_primary('${String(row?.["uuid"])}', 10)`);
    },
    leave: async (member) => void (await onMember(member, "STOP GROUP_REPLICATION")),
    enter: async (member) => {
      await onMember(member, "START GROUP_REPLICATION");
      await joined(member);
    },
    formAlone: bootstrap,
    formFrom: (member) => formFrom(members, member),
    joined,
    readOnly: (member) =>
      waitUntil(`member ${member.id} to be read-only`, 60, async () => {
        const [row] = await onMember(member, "SELECT @@GLOBAL.super_read_only AS readOnly");
        if (row?.["readOnly"] !== 1) throw new Error("it accepts writes");
      }),
    alike: async () => {
      const had = await executedOn(await primary());
      for (const member of members) {
        await waitUntil(`member ${member.id} to have what the primary had`, 90, async () => {
          const has = await executedOn(member);
          if (!(await isSubset(member, had, has))) throw new Error("it lacks transactions");
          if (!(await isSubset(member, has, await executedOn(await primary())))) throw new Error("it has transactions of its own");
        });
      }
    },
    stop,
  };
};

const formFrom = async (members: readonly GroupMember[], member: GroupMember): Promise<void> => {
  const others = members.filter((each) => each !== member);
  // The copies begin where the member is, so nobody needs its older logs.
  await onMember(member, "PURGE BINARY LOGS BEFORE NOW()");
  await Promise.all([member.stop(), ...others.map((other) => other.kill())]);
  for (const other of others) await other.takeDataOf(member);
  await Promise.all(members.map((each) => each.startAlone()));
  await bootstrap(member);
  for (const other of others) {
    await onMember(other, "START GROUP_REPLICATION");
    await joined(other);
  }
};

const joined = (member: GroupMember): Promise<void> => waitUntil(`member ${member.id} to be online`, 180, () => assertOnline(member));

/** The primary that a member with a majority names. */
const primaryOf = async (members: readonly GroupMember[]): Promise<GroupMember | undefined> => {
  const views = await Promise.allSettled(
    members.map((member) =>
      onMember(
        member,
        `SELECT MEMBER_HOST AS host, MEMBER_PORT AS port FROM performance_schema.replication_group_members
         WHERE MEMBER_ROLE = 'PRIMARY' AND MEMBER_STATE = 'ONLINE' AND
           (SELECT SUM(MEMBER_STATE <> 'UNREACHABLE') > COUNT(*) / 2 FROM performance_schema.replication_group_members)`,
      ),
    ),
  );
  for (const view of views) {
    const [row] = view.status === "fulfilled" ? view.value : [];
    const found = members.find(({ host, port }) => host.address === row?.["host"] && port === row["port"]);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Throws unless the member is online. Lets it join if it is not in a group and does not try by itself. */
const assertOnline = async (member: GroupMember): Promise<void> => {
  const [row] = await onMember(
    member,
    "SELECT MEMBER_STATE AS state FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid",
  );
  const state: unknown = row?.["state"];
  if (state === "ONLINE") {
    // An expelled member has gone offline for its clients, and stays so until an operator says otherwise.
    await onMember(member, "SET GLOBAL offline_mode = OFF");
    return;
  }
  if (state === "ERROR") await onMember(member, "STOP GROUP_REPLICATION");
  // An attempt to join that fails, because the group does not answer yet or still has the member of before, leaves the member offline. If
  // it already tries to join by itself, this is refused.
  if (state === "ERROR" || state === "OFFLINE") await onMember(member, "START GROUP_REPLICATION");
  throw new Error(`it is ${String(state)}`);
};

const executedOn = async (member: GroupMember): Promise<string> => {
  const [row] = await onMember(member, "SELECT @@GLOBAL.gtid_executed AS executed");
  return String(row?.["executed"]).replaceAll("\n", "");
};

const isSubset = async (member: GroupMember, part: string, whole: string): Promise<boolean> => {
  const [row] = await onMember(member, `SELECT GTID_SUBSET('${part}', '${whole}') AS isSubset`);
  return row?.["isSubset"] === 1;
};
