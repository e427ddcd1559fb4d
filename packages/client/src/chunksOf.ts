/** The bytes of an answer as they arrive. A consumer that stops early closes the connection. */
export async function* chunksOf(answer: Response): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const read: { readonly done: boolean; readonly value?: unknown } = await reader.read();
      if (read.done) return;
      if (!(read.value instanceof Uint8Array)) throw new TypeError("expected bytes in the answer");
      yield new Uint8Array(read.value);
    }
  } finally {
    // It fails if the connection has failed, which the consumer was told.
    await reader.cancel().catch(() => undefined);
  }
}
