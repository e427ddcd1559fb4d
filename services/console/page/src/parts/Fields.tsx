import { toWords } from "../format/format.ts";

/** Rows of a list of fields for members that the page has no form of its own for: each under its name, so that new ones show by themselves. */
export const Fields = ({ of: members }: { readonly of: Readonly<Record<string, unknown>> }) => (
  <>
    {Object.entries(members).map(([name, value]) => (
      <div key={name}>
        <dt>
          <bdi>{toWords(name)}</bdi>
        </dt>
        <dd>
          <bdi>{inWords(value)}</bdi>
        </dd>
      </div>
    ))}
  </>
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
