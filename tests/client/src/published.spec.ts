import { describeClientInBrowser } from "./browserSpecs.ts";
import { describeClient } from "./clientSpecs.ts";
import { type ClientPage, servePage } from "./inChromium.ts";
import { describeSubscriber } from "./subscriberSpecs.ts";
import { useSystem } from "./useSystem.ts";

// One system for all, because its start takes longer than the specs.
describe("the published packages", () => {
  let page: ClientPage;
  before("serve a page", async () => (page = await servePage()));
  after(() => page.close());

  useSystem({ corsOrigin: () => page.origin }, (system) => {
    describeClient(system);
    describeClientInBrowser(system, () => page);
    describeSubscriber(system);
  });
});
