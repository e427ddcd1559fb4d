import { findChromium } from "@cart/tests-common/browser";
import { expect } from "chai";
import { type ClientPage, servePage } from "./inChromium.ts";
import type { UsedSystem } from "./useSystem.ts";

/** The specs of the client in a page of the origin that CORS_ORIGINS names, and in one of another origin. */
export const describeClientInBrowser = ({ commandApi, queryApi, token }: UsedSystem, page: () => ClientPage): void => {
  describe("the client in a browser", function () {
    this.timeout(60_000);
    if (findChromium() === undefined) {
      console.warn("skipped: the client in a browser, because no Chromium is on the PATH");
      return;
    }

    it("works from an origin that the APIs allow, with a token, and an EventSource with a ticket", async () => {
      expect(await page().run({ commandApi: commandApi(), queryApi: queryApi(), token: await token() })).to.deep.equal({
        total: 59.98,
        seen: ["1 CartCreated", "2 ItemAddedToCart"],
        heard: 2,
        problem: "/problems/version-mismatch",
      });
    });

    it("is refused by the browser from any other origin", async () => {
      const foreign = await servePage();
      try {
        const outcome = await foreign.run({ commandApi: commandApi(), queryApi: queryApi(), token: await token() });
        expect(outcome).to.equal("CartUnreachable");
      } finally {
        foreign.close();
      }
    });
  });
};
