import { UserError } from "../userError.ts";

/** Returns the section of a version in the changelog, without its heading. Throws a `UserError` if it is missing or empty. */
export const releaseNotes = (changelog: string, version: string): string => {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`${version} - `));
  if (section === undefined) throw new UserError(`CHANGELOG.md has no section "## ${version} - DATE"`);
  const [heading = "", ...lines] = section.split("\n");
  if (!/^\S+ - \d{4}-\d\d-\d\d$/.test(heading))
    throw new UserError(`CHANGELOG.md: expected "## ${version} - YYYY-MM-DD", not "## ${heading}"`);
  const notes = lines.join("\n").trim();
  if (notes === "") throw new UserError(`CHANGELOG.md says nothing about ${version}`);
  return notes;
};
