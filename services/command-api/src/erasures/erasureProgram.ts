import type { ErasureReceipt, OpenErasures } from "@cart/personal-data";
import { abortableDelay } from "@cart/process-kit";
import { erasureView } from "./erasureAnswers.ts";
import type { ErasureRequest } from "./erasureRequests.ts";

/** The exit codes of the commands on erasures. */
const erasureExit = { done: 0, failed: 1, pending: 2, overdue: 3 } as const;

type Journal = OpenErasures["journal"];
type Print = (line: object) => void;

/** Milliseconds between two looks at an erasure that is waited for. */
const everyMs = 500;

/** The exit code of an erasure with this receipt. */
const exitCodeOf = ({ completedAt, dueAt }: Pick<ErasureReceipt, "completedAt" | "dueAt">, now: Date): number => {
  if (completedAt !== null) return erasureExit.done;
  return now > dueAt ? erasureExit.overdue : erasureExit.pending;
};

/** Prints the receipt of an erasure. Resolves to the exit code. */
export const showErasure = async (journal: Journal, erasureId: string, print: Print): Promise<number> => {
  const receipt = await journal.find(erasureId);
  if (receipt === undefined) throw new Error(`the key store has no erasure ${erasureId}`);
  print({ ...erasureView(receipt), tenant_id: receipt.tenantId });
  return exitCodeOf(receipt, new Date());
};

export type EraseOptions = {
  readonly request: (request: ErasureRequest) => Promise<ErasureReceipt>;
  readonly journal: Journal;
  readonly print: Print;
  /** Whether to wait until the erasure is done or overdue. */
  readonly waits: boolean;
  readonly signal: AbortSignal;
};

/**
 * Requests an erasure and prints its receipt, again after each step while it is waited for. Resolves to the exit code. The services erase:
 * an end of this program does not end the erasure.
 */
export const eraseShopper = async (shopper: ErasureRequest, { request, journal, print, waits, signal }: EraseOptions): Promise<number> => {
  let receipt = await request(shopper);
  const show = (): void => print({ ...erasureView(receipt), tenant_id: receipt.tenantId });
  show();
  if (!waits) return exitCodeOf(receipt, new Date());
  while (exitCodeOf(receipt, new Date()) === erasureExit.pending) {
    await abortableDelay(everyMs, signal);
    if (signal.aborted) break;
    const next = await journal.find(receipt.erasureId);
    if (next === undefined) throw new Error(`the key store has lost the erasure ${receipt.erasureId}`);
    const isSame = JSON.stringify(next) === JSON.stringify(receipt);
    receipt = next;
    if (!isSame) show();
  }
  return exitCodeOf(receipt, new Date());
};
