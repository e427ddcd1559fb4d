import { parseArgs } from "node:util";
import { UserError } from "@cart/tools/own-servers";

/** A scenario or a row: what `--only` chooses by its name. */
export type Part = { readonly name: string };

export type SuiteOption = {
  readonly type: "boolean" | "string";
  /** The value's placeholder in the help, for a string. */
  readonly value?: string;
  readonly help: string;
};

export type SuiteCommand<P extends Part> = {
  /** The npm script, such as `test:limits`. */
  readonly script: string;
  /** What the suite does and when it fails, in lines for the help. */
  readonly about: string;
  /** The word for one of the parts, such as "row". */
  readonly part: string;
  readonly parts: readonly P[];
  /** Options beyond `--only` and `--help`. */
  readonly options?: Readonly<Record<string, SuiteOption>>;
};

export type SuiteValues = Readonly<Record<string, string | boolean | undefined>>;

export type ParsedCommand<P extends Part> = {
  readonly values: SuiteValues;
  /** The parts that `--only` names, in its order; all parts without it. */
  readonly chosen: readonly P[];
};

/** Returns the parsed command line. Throws a `UserError` for an option or a part that the suite does not have. */
export const parseSuiteCommand = <P extends Part>(command: SuiteCommand<P>, args: readonly string[]): ParsedCommand<P> => {
  const values = parsed(command, args);
  const { only } = values;
  const chosen = typeof only === "string" ? only.split(",").map((name) => partNamed(command, name)) : command.parts;
  return { values, chosen };
};

const parsed = <P extends Part>({ options = {} }: SuiteCommand<P>, args: readonly string[]): SuiteValues => {
  const own = Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type, multiple: false }] as const));
  try {
    const known = { help: { type: "boolean", short: "h" }, only: { type: "string" }, ...own } as const;
    return parseArgs({ args: [...args], options: known }).values;
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
};

const partNamed = <P extends Part>({ part, parts }: SuiteCommand<P>, name: string): P => {
  const found = parts.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new UserError(`there is no ${part} "${name}", expected one of ${parts.map((each) => each.name).join(", ")}`);
};

export const helpOf = <P extends Part>({ script, about, part, parts, options = {} }: SuiteCommand<P>): string => {
  const all = {
    only: { value: "NAME", help: `one ${part}, or several separated by commas` },
    ...options,
    help: { help: "prints this text" },
  };
  const lines = Object.entries<{ readonly value?: string; readonly help: string }>(all).map(([name, { value, help }]) => {
    const usage = value === undefined ? `--${name}` : `--${name} ${value}`;
    return `  ${usage.padEnd(16)}${help}`;
  });
  const names = parts.map(({ name }) => name).join(", ");
  return `npm run ${script} [-- OPTIONS]\n\n${about}\n\n${lines.join("\n")}\n\nEvery ${part}: ${names}.\n`;
};
