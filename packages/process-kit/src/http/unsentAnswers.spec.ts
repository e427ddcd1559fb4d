import { expect } from "chai";
import { chooseCuts, type UnsentBytes } from "./unsentAnswers.ts";

describe("chooseCuts", () => {
  const limits = { maxUnsentBytes: 100, sendTimeoutMs: 1_000 };
  const cases: readonly [title: string, connections: readonly UnsentBytes[], cuts: readonly number[]][] = [
    ["nothing when all fits and is young", [{ bytes: 60, since: 9_500 }], []],
    [
      "nothing when all fits exactly",
      [
        { bytes: 60, since: 9_500 },
        { bytes: 40, since: 9_001 },
      ],
      [],
    ],
    [
      "a client that is late, however little it holds",
      [
        { bytes: 1, since: 9_000 },
        { bytes: 60, since: 9_500 },
      ],
      [0],
    ],
    [
      "every client that is late",
      [
        { bytes: 1, since: 8_000 },
        { bytes: 1, since: 9_000 },
      ],
      [0, 1],
    ],
    [
      "the longest waiting ones until the rest fits",
      [
        { bytes: 60, since: 9_700 },
        { bytes: 60, since: 9_500 },
        { bytes: 60, since: 9_600 },
      ],
      [1, 2],
    ],
    [
      "the largest of those that wait equally long",
      [
        { bytes: 30, since: 9_500 },
        { bytes: 90, since: 9_500 },
      ],
      [1],
    ],
    ["an answer that alone is too large", [{ bytes: 101, since: 10_000 }], [0]],
  ];
  for (const [title, connections, cuts] of cases) {
    it(`chooses ${title}`, () => {
      expect(chooseCuts(connections, 10_000, limits)).to.deep.equal(cuts.map((index) => connections[index]));
    });
  }
});
