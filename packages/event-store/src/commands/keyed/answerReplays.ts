import type { KeyScope, StoredAnswer } from "../../idempotency/storedAnswer.ts";
import type { Replay } from "../settlement/pendingCommand.ts";

/**
 * Answers every command whose idempotency key has a stored answer by now; resolves to the remaining commands,
 * in their order. Runs one statement, or none if no command has a key.
 */
export const answerReplays = async <Entry extends { readonly replay?: Replay }>(
  findAnswers: (scopes: readonly KeyScope[]) => Promise<readonly (StoredAnswer | undefined)[]>,
  batch: readonly Entry[],
): Promise<readonly Entry[]> => {
  const replays = batch.flatMap((entry) => (entry.replay === undefined ? [] : [{ entry, ...entry.replay }]));
  if (replays.length === 0) return batch;
  const answers = await findAnswers(replays.map(({ scope }) => scope));
  const answered = new Set<Entry>();
  replays.forEach(({ entry, send }, index) => {
    const stored = answers[index];
    if (stored === undefined) return;
    send(stored);
    answered.add(entry);
  });
  return batch.filter((entry) => !answered.has(entry));
};
