import { pipelinedBundles } from "./pipelinedBundle.ts";
import type { Row } from "./row.ts";
import { streamsOfOneUser } from "./streamsOfOneUser.ts";
import { unreadCartRows } from "./unreadCarts.ts";
import { unreadStreams } from "./unreadStreams.ts";

export const rows: readonly Row[] = [...pipelinedBundles, ...unreadCartRows, unreadStreams, streamsOfOneUser];
