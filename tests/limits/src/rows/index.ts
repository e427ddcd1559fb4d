import { pipelinedBundles } from "./pipelinedBundle.ts";
import { fullCarts } from "./fullCarts.ts";
import { largeHistory } from "./largeHistory.ts";
import { longCart } from "./longCart.ts";
import { mergeChain } from "./mergeChain.ts";
import { relayBacklog } from "./relayBacklog.ts";
import { smallPackets } from "./smallPackets.ts";
import type { Row } from "./row.ts";
import { stranger } from "./stranger.ts";
import { streamsOfOneUser } from "./streamsOfOneUser.ts";
import { unreadCartRows } from "./unreadCarts.ts";
import { unreadStreams } from "./unreadStreams.ts";

export const rows: readonly Row[] = [
  ...pipelinedBundles,
  ...unreadCartRows,
  unreadStreams,
  streamsOfOneUser,
  relayBacklog,
  fullCarts,
  largeHistory,
  smallPackets,
  longCart,
  mergeChain,
  stranger,
];
