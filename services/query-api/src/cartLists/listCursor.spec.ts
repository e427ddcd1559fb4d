import { expect } from "chai";
import { decodeCursor, encodeCursor } from "./listCursor.ts";

const id = Buffer.from("550e8400e29b41d4a716446655440000", "hex");

describe("a list's cursor", () => {
  for (const createdAt of ["2025-11-20 16:30:00.250001", "1970-01-01 00:00:00.000000", "9999-12-31 23:59:59.999999"]) {
    it(`holds ${createdAt} to the microsecond`, () => {
      expect(decodeCursor(encodeCursor({ createdAt, id }))).to.deep.equal({ createdAt, id });
    });
  }

  const good = encodeCursor({ createdAt: "2025-11-20 16:30:00.250001", id });
  const bytes = Buffer.from(good, "base64url");
  const changed = (at: number, value: number): string =>
    Buffer.from(bytes.map((byte, n) => (n === at ? value : byte))).toString("base64url");
  const bad: Readonly<Record<string, string>> = {
    nothing: "",
    "another text": "next",
    "a part": good.slice(0, -2),
    "more than a cursor": `${good}AA`,
    "base64 with padding": `${good}==`,
    "characters that base64url does not have": `*${good}`,
    "another format": changed(0, 2),
    "a time that MySQL does not have": changed(1, 255),
  };
  for (const [what, cursor] of Object.entries(bad)) {
    it(`refuses ${what}`, () => expect(decodeCursor(cursor)).to.equal(undefined));
  }
});
