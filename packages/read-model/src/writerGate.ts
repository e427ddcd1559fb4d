import { run, type Statement } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";

/*
 * A gate for all writers of the read model, which readers do not pass. Each writer's
 * transaction begins by opening `dead_letters`, which the read side never does, and
 * so holds a metadata lock on that table until the transaction ends. While a session
 * holds LOCK TABLES dead_letters WRITE, no writer's transaction is open, and no new one
 * gets past this statement. It must be the first statement of the transaction, so that
 * a writer that waits at the gate holds no lock that the owner of the gate may need.
 */
export const gate: Statement = { sql: "SELECT 1 FROM dead_letters LIMIT 0" };

export const passGate = async (connection: PoolConnection): Promise<void> => void (await run(connection, gate.sql));
