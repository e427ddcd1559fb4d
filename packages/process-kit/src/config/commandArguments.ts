import { InvalidArgumentError } from "commander";

/** Parses an argument or option of a command that names something by its id. */
export const uuidArgument = (text: string): string => {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new InvalidArgumentError("Expected a UUID.");
  return text.toLowerCase();
};

/** Parses an argument or option of a command that counts something. */
export const positiveInteger = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("Expected a positive integer.");
  return Number(text);
};
