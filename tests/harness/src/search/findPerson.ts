import { createHash } from "node:crypto";

/** Somebody who is searched for. */
export type SearchedPerson = {
  /** In each text of the person, in lower case, and in nothing else. */
  readonly mark: string;
  readonly userIds: readonly string[];
};

/** What tells who a person is: the person's texts, and what anybody can compute from a user id and compare. */
const needlesOf = ({ mark, userIds }: SearchedPerson): readonly Needle[] => [
  { name: "text", bytes: mark },
  ...userIds.flatMap((userId): Needle[] => {
    const hash = createHash("sha256").update(userId).digest();
    return [
      { name: "user id in base64", bytes: Buffer.from(userId).toString("base64").replace(/=+$/, "") },
      { name: "user id in hexadecimal", bytes: Buffer.from(userId).toString("hex") },
      { name: "hash of the user id", bytes: hash.toString("latin1") },
      { name: "hash of the user id in hexadecimal", bytes: hash.toString("hex") },
    ];
  }),
];

/** `bytes` is in latin1, as the contents that are searched. */
type Needle = { readonly name: string; readonly bytes: string };

/** Something that was kept, with the place where it was found. */
export type Kept = { readonly place: string; readonly content: string | Buffer };

/** Returns the places that tell who the person is, each once, with the text that gives it away. */
export const findPerson = (person: SearchedPerson, kept: readonly Kept[]): readonly string[] => {
  const needles = needlesOf(person);
  const found = new Map<string, string>();
  for (const { place, content } of kept) {
    if (found.has(place)) continue;
    const text = Buffer.isBuffer(content) ? content.toString("latin1") : content;
    const lower = text.toLowerCase();
    for (const { name, bytes } of needles) {
      const at = name === "text" || name.endsWith("hexadecimal") ? lower.indexOf(bytes) : text.indexOf(bytes);
      if (at >= 0) found.set(place, `${place}: ${name} "${text.slice(at, at + 60).replaceAll(/[^ -~]/g, ".")}"`);
    }
  }
  return [...found.values()];
};
