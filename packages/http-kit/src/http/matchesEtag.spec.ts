import { expect } from "chai";
import { matchesEtag } from "./matchesEtag.ts";

describe("matchesEtag", () => {
  const matching = ['"2"', 'W/"2"', '"1", "2"', '"1" ,W/"2","3"', '"1,", "2"', "*", " * "];
  for (const value of matching) it(`finds "2" in ${value}`, () => expect(matchesEtag(value, '"2"')).to.equal(true));

  const others = [undefined, "", '"1"', '"22"', '"12"', "2", "W/2", '"1, 2"', '"2', "*, *", '"*"'];
  for (const value of others) it(`does not find "2" in ${String(value)}`, () => expect(matchesEtag(value, '"2"')).to.equal(false));
});
