import { expect } from "chai";
import { expiryIn } from "./debianPackages.ts";

describe("what apt-get says of a list of packages", () => {
  it("tells since when it has expired", () => {
    const message =
      "apt-get failed: E: Release file for http://mirror.example/debian/dists/sid/InRelease is expired (invalid since 3d 4h 5min 6s). Updates for this repository will not be applied.";
    expect(expiryIn(message)).to.equal("invalid since 3d 4h 5min 6s");
  });

  it("is another reason if its signature is not valid, or it cannot be reached", () => {
    for (const reason of [
      "E: The repository 'http://mirror.example/debian sid InRelease' is not signed.",
      "E: Failed to fetch http://mirror.example/debian/dists/sid/InRelease  Could not connect",
      "E: Release file for http://mirror.example/debian/dists/sid/InRelease is not valid yet (invalid for another 2d). Updates for this repository will not be applied.",
    ]) {
      expect(expiryIn(`apt-get failed: ${reason}`), reason).to.equal(undefined);
    }
  });
});
