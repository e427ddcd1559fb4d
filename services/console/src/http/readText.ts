/** Reads a whole answer. Rejects if it has more than this many characters, so that no server can fill the console's memory. */
export const readText = async ({ body }: Response, maxLength: number): Promise<string> => {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    text += part.value;
    if (text.length > maxLength) {
      await reader?.cancel();
      throw new Error(`the answer has more than ${maxLength} characters`);
    }
  }
  return text;
};
