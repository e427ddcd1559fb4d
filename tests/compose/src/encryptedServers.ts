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
      "console SSL/TLS",
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

/** Checks that a program may do at Kafka only what it needs: each user tries the work of another one, by the client of the topics job. */
const assertNotAllowed = async (project: ComposeProject): Promise<void> => {
  const refusalOf = (user: string, work: string): Promise<string> => {
    const program = `
      const { Kafka, logLevel } = require("kafkajs");
      const { KAFKA_BROKERS, KAFKA_CA_FILE, KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = process.env;
      const kafka = new Kafka({
        brokers: KAFKA_BROKERS.split(","),
        ssl: { ca: [require("node:fs").readFileSync(KAFKA_CA_FILE)] },
        sasl: { mechanism: "scram-sha-512", username, password },
        connectionTimeout: 20_000,
        authenticationTimeout: 20_000,
        logLevel: logLevel.NOTHING,
      });
      const produce = async () => {
        const producer = kafka.producer();
        await producer.connect();
        await producer.send({ topic: "ec.cart-events", messages: [{ value: "x" }] });
      };
      const join = async (groupId) => {
        const admin = kafka.admin();
        await admin.connect();
        await admin.fetchOffsets({ groupId, topics: ["ec.cart-events"] });
      };
      const end = (text) => { console.log(text); process.exit(); };
      ${work}.then(() => end("allowed"), (error) => end(error.type ?? error.cause?.type ?? error.message));`;
    const login = ["--env", `KAFKA_USERNAME=${user}`, "--env", `KAFKA_PASSWORD=development-${user}`];
    return project.compose("run", "--rm", "--no-deps", "--no-TTY", ...login, "topics", "node", "-e", program);
  };
  // kafkajs does not say that the group is forbidden, only that it finds no coordinator of it.
  const noGroup = "Failed to find group coordinator";
  const tries = [
    ["projector", "produce()", "TOPIC_AUTHORIZATION_FAILED"],
    ["cart-abandonment", "produce()", "TOPIC_AUTHORIZATION_FAILED"],
    ["topics", "produce()", "TOPIC_AUTHORIZATION_FAILED"],
    ["outbox-relay", 'join("projector")', noGroup],
    ["projector", 'join("cart-abandonment")', noGroup],
    ["projector", 'join("projector")', "allowed"],
  ] as const;
  await Promise.all(
    tries.map(async ([user, work, outcome]) => assert.equal((await refusalOf(user, work)).trim(), outcome, `${user}: ${work}`)),
  );
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
