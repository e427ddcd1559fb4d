import { toWords } from "../format/format.ts";

/** Members of an object that the page has no form of its own for: each under its name, so that new ones show by themselves. */
export const Fields = ({ of: members }: { readonly of: Readonly<Record<string, unknown>> }) => (
  <dl class="fields">
    {Object.entries(members).map(([name, value]) => (
      <div key={name}>
        <dt>{toWords(name)}</dt>
        <dd>
          <bdi>{inWords(value)}</bdi>
        </dd>
      </div>
    ))}
  </dl>
);

/** A value on one line. */
export const inWords = (value: unknown): string => {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(inWords).join("; ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([name, each]) => `${toWords(name)}: ${inWords(each)}`)
      .join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
};
