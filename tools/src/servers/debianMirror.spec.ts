import { expect } from "chai";
import { findMirror } from "./debianMirror.ts";

describe("Debian's mirror in apt's sources", () => {
  it("is read from one-line sources, with options and without", () => {
    expect(
      findMirror([
        "# deb http://old.example/debian stable main\ndeb [arch=amd64 signed-by=/k.gpg] http://a.example/debian/ bookworm main\n",
      ]),
    ).to.equal("http://a.example/debian");
    expect(findMirror(["deb https://b.example/debian sid main"])).to.equal("https://b.example/debian");
  });

  it("is read from deb822 sources", () => {
    const text = "Types: deb\n# URIs: http://old.example/debian\nURIs: http://c.example/debian http://d.example/debian\nSuites: bookworm\n";
    expect(findMirror([text])).to.equal("http://c.example/debian");
  });

  it("is neither the security archive nor another vendor's archive", () => {
    expect(
      findMirror(["deb http://a.example/debian-security bookworm-security main", "deb http://packages.example/apt stable main"]),
    ).to.equal(undefined);
  });
});
