import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { dataFolder } from "./paths.ts";
import { findRebuildAdvice } from "./rebuildAdvice.ts";

describe("the advice to rebuild the read model", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const projectorThatSays = async (metrics: string): Promise<string> => {
    server = createServer((_request, response) => response.end(metrics));
    const port = await new Promise<number>((resolve) => {
      server?.listen(0, "127.0.0.1", () => {
        const address = server?.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    return `http://127.0.0.1:${port}`;
  };

  for (const sample of ["cart_outdated_projections", 'cart_outdated_projections{service="projector"}'])
    it(`is the command that rebuilds the data of this start, if another revision built a projection: ${sample}`, async () => {
      const url = await projectorThatSays(`# HELP cart_outdated_projections x\n${sample} 2\n`);
      expect(await findRebuildAdvice(url, dataFolder)).to.include("  npm run projector -- rebuild");
      expect(await findRebuildAdvice(url, "/data/other")).to.include("  npm run projector -- rebuild --data /data/other");
    });

  it("is not given if no projection is outdated, or nothing is known of them", async () => {
    expect(
      await findRebuildAdvice(await projectorThatSays('cart_outdated_projections{service="projector"} 0\n'), dataFolder),
    ).to.deep.equal([]);
    server?.close();
    expect(await findRebuildAdvice(await projectorThatSays("other 1\n"), dataFolder)).to.deep.equal([]);
    expect(await findRebuildAdvice("http://127.0.0.1:1", dataFolder)).to.deep.equal([]);
  });
});
