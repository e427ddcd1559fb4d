export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** Milliseconds. */
const patienceMs = 15_000;

const get = async (url: string): Promise<Answer> => answerOf(await fetch(url, { signal: AbortSignal.timeout(patienceMs) }));

/** Retries for a minute while the answer is 503 because the projector has not reached `min_version` yet. */
export const getCaughtUp = async (url: string): Promise<Answer> => {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await get(url);
    if (answer.status !== 503 || performance.now() > deadline) return answer;
  }
};

export const post = async (url: string, body: unknown): Promise<Answer> =>
  answerOf(
    await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    }),
  );

const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  body: (await response.json()) as Record<string, unknown>,
});
