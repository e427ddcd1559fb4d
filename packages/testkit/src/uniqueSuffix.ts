import { randomBytes } from "node:crypto";

/** A suffix that is unique on a server that several runs share. */
export const uniqueSuffix = (): string => randomBytes(5).toString("hex");
