import { type TString, type TStringOptions, Type } from "typebox";

/**
 * The pattern of every text that a client may send: no control characters (C0, DEL, C1), which no id, name or title needs and
 * which spoil logs, terminals and other systems' formats. The validator refuses them in every field; the pattern says so in
 * the OpenAPI document.
 */
const textPattern = String.raw`^[^\u0000-\u001f\u007f-\u009f]*$`;

/** The pattern of a text that is also one segment of a path: clients resolve `.` and `..`, so nobody could address it. */
const pathSegmentPattern = String.raw`^(?!\.{1,2}$)[^\u0000-\u001f\u007f-\u009f]*$`;

/** The pattern of a user's id: an id that stands for an erased user belongs to nobody, and a client could never read its carts. */
const userIdPattern = String.raw`^(?!erased-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[^\u0000-\u001f\u007f-\u009f]*$`;

/** What is said to a client whose text does not match. */
export const textPatterns: ReadonlyMap<string, string> = new Map([
  [textPattern, "must be text without control characters"],
  [pathSegmentPattern, "must be text without control characters, and neither . nor .."],
  [userIdPattern, "must be text without control characters, and not the id that stands for an erased user"],
]);

type TextOptions = Omit<TStringOptions, "pattern" | "format">;

/** The schema of a text that a client sends. */
export const text = (options: TextOptions): TString => Type.String({ ...options, pattern: textPattern });

/** The schema of a text that a client sends, and by which it can later be addressed. */
export const pathSegment = (options: TextOptions): TString => Type.String({ ...options, pattern: pathSegmentPattern });

/** The schema of a user's id that a client sends for the owner of a cart. */
export const userIdText = (options: TextOptions): TString => Type.String({ ...options, pattern: userIdPattern });
