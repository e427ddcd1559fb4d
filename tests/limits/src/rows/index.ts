import { pipelinedBundles } from "./pipelinedBundle.ts";
import type { Row } from "./row.ts";
import { unreadCartRows } from "./unreadCarts.ts";

export const rows: readonly Row[] = [...pipelinedBundles, ...unreadCartRows];
