import { randomBytes } from "node:crypto";

/** Unique on a server that other runs use at the same time. */
export const uniqueSuffix = (): string => randomBytes(5).toString("hex");
