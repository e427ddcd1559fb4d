import { expect } from "chai";

/**
 * Call it last in a `describe` with a service of its own, because it uses up what the service allows an address: holds the
 * routes of operators to their limit where strangers reach them.
 */
export const limitedOperationsSpec = (url: (path: string) => string): void => {
  it("refuses an address that asks for readiness, metrics or the document too often, but tells it that the process is serving", async () => {
    const paths = ["/readyz", "/metrics", "/openapi.json", "/docs", "/docs/start.js"];
    const statusOf = async (path: string): Promise<number> => {
      const response = await fetch(url(path));
      await response.arrayBuffer();
      return response.status;
    };
    let answered = 0;
    while ((await statusOf("/docs/start.js")) !== 429) expect((answered += 1), "answered requests").to.be.below(1_000);
    expect(await Promise.all(paths.map(statusOf))).to.deep.equal(paths.map(() => 429));
    expect(await statusOf("/healthz")).to.equal(200);
  });
};
