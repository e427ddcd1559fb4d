import { expect } from "chai";
import { decodeCursor, encodeCursor } from "./listCursor.ts";

const id = Buffer.from("550e8400e29b41d4a716446655440000", "hex");

describe("a list's cursor", () => {
  for (const time of ["2025-11-20 16:30:00.250001", "1970-01-01 00:00:00.000000", "9999-12-31 23:59:59.999999"]) {
    it(`holds ${time} to the microsecond`, () => {
      for (const order of ["created_at", "last_activity"] as const)
        expect(decodeCursor(order, encodeCursor(order, { time, id }))).to.deep.equal({ time, id });
    });
  }

  const good = encodeCursor("created_at", { time: "2025-11-20 16:30:00.250001", id });
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
    "another format": changed(0, 9),
    "another order": changed(0, 2),
    "a time that MySQL does not have": changed(1, 255),
  };
  for (const [what, cursor] of Object.entries(bad)) {
    it(`refuses ${what}`, () => expect(decodeCursor("created_at", cursor)).to.equal(undefined));
  }
});
