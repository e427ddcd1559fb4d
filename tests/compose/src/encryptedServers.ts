import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import type { ComposeProject } from "./composeProject.ts";
import { get, post } from "./http.ts";

/** The same system with a MySQL that takes encrypted connections only. */
export const runEncrypted = async (project: ComposeProject): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "cart-compose-"));
  try {
    const certificate = join(folder, "mysql-ca.pem");
    await project.compose("cp", "mysql:/var/lib/mysql/ca.pem", certificate);
    // The services do not run as the user of this file.
    await Promise.all([chmod(folder, 0o755), chmod(certificate, 0o644)]);
    const encrypted = project.with({
      files: ["docker-compose.yml", "infra/tls/docker-compose.yml"],
      env: { MYSQL_CA_FILE: certificate, MYSQL_URL_OPTIONS: "?ssl={}" },
    });
    await encrypted.compose("up", "--detach", "--wait", "--wait-timeout", "300");

    const id = randomUUID();
    const added = await post(`${encrypted.commandApi}/carts/${id}/items`, { user_id: "user-1", item_id: "item-1", price: 1 });
    assert.equal(added.status, 200, JSON.stringify(added.body));
    const { status, body } = await get(`${encrypted.queryApi}/carts/${id}?min_version=2`);
    assert.equal(status, 200, JSON.stringify(body));

    const connections = await project.query(
      "SELECT DISTINCT CONCAT(PROCESSLIST_USER, ' ', CONNECTION_TYPE) FROM performance_schema.threads WHERE PROCESSLIST_HOST IS NOT NULL AND PROCESSLIST_HOST <> 'localhost' ORDER BY 1",
    );
    assert.deepEqual(connections, ["command-api SSL/TLS", "outbox-relay SSL/TLS", "projector SSL/TLS", "query-api SSL/TLS"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
