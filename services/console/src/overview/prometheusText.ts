export type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const escapes: Readonly<Record<string, string>> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

/** Reads the samples with these names from Prometheus' text format, and skips everything else. */
export const parseSamples = (text: string, names: ReadonlySet<string>): readonly Sample[] =>
  text.split("\n").flatMap((each) => {
    const [, name = "", labels = "", value = ""] = line.exec(each) ?? [];
    if (!names.has(name)) return [];
    const pairs = [...labels.matchAll(label)].map(([, key = "", quoted = ""]) => [key, unescaped(quoted)]);
    const number = value === "+Inf" ? Infinity : Number(value);
    return Number.isNaN(number) ? [] : [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: number }];
  });

const unescaped = (text: string): string => text.replaceAll(/\\[n"\\]/g, (escape) => escapes[escape] ?? escape);
