import { run, type Statement } from "@cart/mysql";
import type { PoolConnection } from "mysql2/promise";

/*
 * A gate for all who write carts, and not for those who read them. Each writer's
 * transaction begins by opening `dead_letters`, which the read side never does, and
 * so holds a metadata lock on it until its end. Whoever has LOCK TABLES dead_letters
 * WRITE knows that no such transaction is open and that none gets further than this
 * statement. It has to be the first one: a writer that waits at the gate must hold
 * nothing that the owner of the gate may wait for.
 */
export const gate: Statement = { sql: "SELECT 1 FROM dead_letters LIMIT 0" };

export const passGate = async (connection: PoolConnection): Promise<void> => void (await run(connection, gate.sql));
