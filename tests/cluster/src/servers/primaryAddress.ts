import { join } from "node:path";
import { startHaproxy } from "@cart/tools/own-servers";
import getPort from "get-port";
import { checkUser, type GroupMember, type MysqlGroupPlan, onMember } from "./mysqlGroup.ts";

export type PrimaryAddress = {
  /** `mysql://…` without a database. It leads to the primary. */
  readonly url: string;
  readonly stop: () => Promise<void>;
};

/**
 * Starts HAProxy in front of the members. It asks each member twice a second whether it is the primary. Connections that are
 * open when the primary moves stay where they are, which is the harder case for the services.
 */
export const startPrimaryAddress = async (
  members: readonly GroupMember[],
  { folder, report, signal }: Pick<MysqlGroupPlan, "folder" | "report" | "signal">,
): Promise<PrimaryAddress> => {
  const port = await getPort();
  const url = `mysql://root@127.0.0.1:${port}`;
  const { stop } = await startHaproxy({
    folder: join(folder, "haproxy"),
    configuration: configurationOf(port, members),
    probe: async () => void (await onMember({ url }, "SELECT 1")),
    report,
    signal,
  });
  return { url, stop };
};

const configurationOf = (port: number, members: readonly GroupMember[]): string => `
global
  log stdout format raw local0

defaults
  mode tcp
  log global
  option log-health-checks
  timeout connect 2s
  timeout check 1s
  timeout client 1h
  timeout server 1h
  maxconn 1000

listen primary
  bind 127.0.0.1:${port}
  option tcp-check
  tcp-check connect
  tcp-check expect binary ${hex(plugin)}
  tcp-check send-binary ${login.toString("hex")}
  tcp-check expect binary 0700000200
  tcp-check send-binary ${packet(0, query).toString("hex")}
  tcp-check expect min-recv 50 binary ${hex(answer)}
  default-server check inter 500 fastinter 250 fall 2 rise 1 init-state down
${members.map((member) => `  server member-${member.id} ${member.host.address}:${member.port}\n`).join("")}`;

const plugin = "caching_sha2_password";

/** What the primary answers. The query does not have it, because the answer must not be found in a quoted query. */
const answer = "role:primary";

const hex = (text: string): string => Buffer.from(text).toString("hex");

/** A packet of MySQL's protocol: its length, its number, and its content. */
const packet = (number: number, content: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUIntLE(content.length, 0, 3);
  head.writeUInt8(number, 3);
  return Buffer.concat([head, content]);
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_TRANSACTIONS, CLIENT_SECURE_CONNECTION and CLIENT_PLUGIN_AUTH. */
const capabilities = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000;

const utf8mb4 = 255;

/** The login of a user without a password, which does not depend on what the server sends first. */
const login = packet(
  1,
  Buffer.concat([
    uint32(capabilities),
    uint32(1 << 24),
    Buffer.from([utf8mb4]),
    Buffer.alloc(23),
    Buffer.from(`${checkUser}\0`),
    Buffer.from([0]),
    Buffer.from(`${plugin}\0`),
  ]),
);

/** COM_QUERY: whether the server is the primary, accepts writes, and sees a majority of the group. */
const query = Buffer.concat([
  Buffer.from([3]),
  Buffer.from(
    `SELECT CONCAT('role:', IF(@@GLOBAL.super_read_only = 0 AND EXISTS (
       SELECT 1 FROM performance_schema.replication_group_members
       WHERE MEMBER_ID = @@server_uuid AND MEMBER_ROLE = 'PRIMARY' AND MEMBER_STATE = 'ONLINE'
     ) AND (
       SELECT SUM(MEMBER_STATE <> 'UNREACHABLE') > COUNT(*) / 2 FROM performance_schema.replication_group_members
     ), 'primary', 'other')) AS role`.replaceAll(/\s+/g, " "),
  ),
]);
