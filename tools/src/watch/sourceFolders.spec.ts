import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "chai";
import { repositoryRoot } from "../paths.ts";
import { services } from "../services.ts";
import { sourceFolders } from "./sourceFolders.ts";

describe("the source folders of a service", () => {
  it("are its own and those of all packages that it needs, and exist", () => {
    for (const { name } of services) for (const folder of sourceFolders(name)) expect(existsSync(folder), folder).to.equal(true);
    const ofProjector = sourceFolders("projector").map((folder) => relative(repositoryRoot, folder));
    // The projector depends on domain directly, and on mysql through event-store as well.
    expect(ofProjector).to.include.members([
      join("services", "projector", "src"),
      join("packages", "domain", "src"),
      join("packages", "mysql", "src"),
    ]);
    expect(ofProjector).to.not.include(join("packages", "http-kit", "src"));
  });
});
