import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot, waitUntil } from "@cart/tools/own-servers";
import { execa } from "execa";
import type { ComposeProject } from "./composeProject.ts";
import { getCaughtUp, post } from "./http.ts";

/**
 * Runs the system with a MySQL and a Kafka that accept only encrypted connections, with a
 * login at Kafka. Checks that wrong logins are refused and wrong certificates distrusted.
 */
export const runEncrypted = async (project: ComposeProject): Promise<void> => {
  const certificates = await mkdtemp(join(tmpdir(), "cart-compose-"));
  try {
    await execa(join(repositoryRoot, "infra/tls/make-certificates"), [certificates, "mysql", "kafka"]);
    const encrypted = project.with({
      files: ["docker-compose.yml", "infra/tls/docker-compose.yml"],
      env: { CERTIFICATES: certificates, MYSQL_URL_OPTIONS: '?ssl={"verifyIdentity":true}' },
    });
    await encrypted.compose("up", "--detach", "--wait", "--wait-timeout", "300");

    const id = randomUUID();
    const added = await post(`${encrypted.commandApi}/carts/${id}/items`, { user_id: "user-1", item_id: "item-1", price: 1 });
    assert.equal(added.status, 200, JSON.stringify(added.body));
    const { status, body } = await getCaughtUp(`${encrypted.queryApi}/carts/${id}?min_version=2`);
    assert.equal(status, 200, JSON.stringify(body));

    const connections = await project.query(
      "SELECT DISTINCT CONCAT(PROCESSLIST_USER, ' ', CONNECTION_TYPE) FROM performance_schema.threads WHERE PROCESSLIST_HOST IS NOT NULL AND PROCESSLIST_HOST <> 'localhost' ORDER BY 1",
    );
    assert.deepEqual(connections, [
      "cart-abandonment SSL/TLS",
      "command-api SSL/TLS",
      "outbox-relay SSL/TLS",
      "projector SSL/TLS",
      "query-api SSL/TLS",
    ]);

    await assertRefused(encrypted);
    await assertNotAllowed(encrypted);
    await Promise.all(["outbox-relay", "projector", "cart-abandonment"].map((service) => assertNotReady(encrypted, service)));
  } finally {
    await rm(certificates, { recursive: true, force: true });
  }
};

/** Checks that a program may do at Kafka only what it needs: each one gets another one's work and the login of its own. */
const assertNotAllowed = async (project: ComposeProject): Promise<void> => {
  const container = await nameOf(project, "kafka");
  const asUser = (user: string, tool: string, ...args: string[]): Promise<string> => {
    const login = [
      "security.protocol=SASL_SSL",
      "sasl.mechanism=SCRAM-SHA-512",
      "ssl.truststore.type=PEM",
      "ssl.truststore.location=/etc/certificates/ca.pem",
      `sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="development-${user}";`,
    ];
    const program = `printf '%s\\n' "$@" >/tmp/client.properties; echo x | timeout 60 /opt/kafka/bin/${tool} --bootstrap-server kafka:9094 ${args.join(" ")} 2>&1 || true`;
    return project.inside(container, "bash", "-c", program, "bash", ...login);
  };
  const produce = (user: string) =>
    asUser(user, "kafka-console-producer.sh", "--command-config /tmp/client.properties", "--topic ec.cart-events");
  const consume = (user: string, group: string) =>
    asUser(
      user,
      "kafka-console-consumer.sh",
      "--command-config /tmp/client.properties",
      "--topic ec.cart-events",
      `--group ${group}`,
      "--max-messages 1 --timeout-ms 20000",
    );
  // One after another: each is a JVM in the broker's container, whose memory is bounded.
  for (const user of ["projector", "cart-abandonment", "topics"])
    assert.match(await produce(user), /Not authorized to access topics/, user);
  assert.match(await consume("outbox-relay", "projector"), /Not authorized to access (topics|group)/);
  assert.match(await consume("projector", "cart-abandonment"), /Not authorized to access group/);
};

/** Checks that each job fails immediately, with a line that says what to set. */
const assertRefused = async (project: ComposeProject): Promise<void> => {
  const job = (...args: string[]) => project.compose("run", "--rm", "--no-deps", "--no-TTY", ...args);
  // Containers are also reachable by their own names, which are not in the certificates.
  const [mysql, kafka] = await Promise.all([nameOf(project, "mysql"), nameOf(project, "kafka")]);

  const migrationsAt = (host: string) =>
    job(
      "migrations",
      "sh",
      "-c",
      'EVENTSTORE_URL=$(echo "$EVENTSTORE_URL" | sed "s/@mysql:/@$0:/") exec node dist/src/cli.js status eventstore',
      host,
    );
  await Promise.all([
    assert.rejects(job("--env", "KAFKA_PASSWORD=wrong", "topics"), /authentication failed.*; check KAFKA_USERNAME, KAFKA_PASSWORD and/),
    assert.rejects(job("--env", "KAFKA_CA_FILE=", "topics"), /certificate.*; set KAFKA_CA_FILE to the CA that signed Kafka's/),
    assert.rejects(job("--env", `KAFKA_BROKERS=${kafka}:9094`, "topics"), /does not match.*; KAFKA_BROKERS and advertised\.listeners/),
    migrationsAt("mysql"),
    assert.rejects(migrationsAt(mysql), /does not match certificate's altnames/),
  ]);
};

/** Checks that a service with a wrong password runs, is not ready and says why. */
const assertNotReady = async (project: ComposeProject, service: string): Promise<void> => {
  const container = (await project.compose("run", "--detach", "--no-deps", "--env", "KAFKA_PASSWORD=wrong", service)).trim();
  try {
    const ask =
      "fetch(`http://127.0.0.1:${process.env.OPERATIONS_PORT}/readyz`).then((answer) => answer.text()).then(console.log, () => console.log('{}'))";
    await waitUntil(`${service} to say why it is not ready`, 120, async () => {
      const answer = JSON.parse(await project.inside(container, "node", "-e", ask)) as { status?: string; checks?: { kafka?: string } };
      assert.equal(answer.status, "not ready");
      assert.match(answer.checks?.kafka ?? "", /check KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM/);
    });
  } finally {
    await execa("docker", ["rm", "--force", container]);
  }
};

const nameOf = async (project: ComposeProject, service: string): Promise<string> =>
  (await project.containers()).find((container) => container.service === service)?.name ?? "";
