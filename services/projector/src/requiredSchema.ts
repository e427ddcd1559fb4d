import type { RequiredSchema } from "@cart/mysql";
import { readModelTables } from "@cart/read-model/tables";

/**
 * The tables and columns that the projector needs to be ready. A spec compares them with the migrations and with
 * the grants of the projector's user.
 */
export const requiredSchema = { tables: readModelTables } as const satisfies RequiredSchema;
