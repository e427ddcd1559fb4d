import { AssertionError, expect } from "chai";
import { deciderSpec } from "./deciderSpec.ts";

type Event = { readonly type: "Incremented"; readonly by: number };
type Command = { readonly increment: number };

class DomainError extends Error {
  override readonly name = "DomainError";
  readonly code = "TOO_MUCH";
  readonly field = "increment";
}

const { given } = deciderSpec<number, Command, Event>({
  initialState: 0,
  decide: ({ increment }, total) => {
    if (increment < 0) throw new TypeError("a defect");
    if (total + increment > 10) throw new DomainError("at most 10");
    return increment === 0 ? [] : [{ type: "Incremented", by: increment }];
  },
  evolve: (total, event) => total + event.by,
});
const incremented = (by: number): Event => ({ type: "Incremented", by });

describe("deciderSpec", () => {
  it("accepts the expected events and rejections", () => {
    given([])
      .when({ increment: 3 })
      .then([incremented(3)]);
    given([incremented(10)])
      .when({ increment: 0 })
      .then([]);
    given([incremented(4), incremented(4)])
      .when({ increment: 3 })
      .thenRejects("TOO_MUCH", "increment");
  });

  const mistakes: readonly [string, () => void][] = [
    [
      "another event",
      () =>
        given([])
          .when({ increment: 3 })
          .then([incremented(4)]),
    ],
    ["one event more", () => given([]).when({ increment: 3 }).then([])],
    ["events instead of a rejection", () => given([]).when({ increment: 3 }).thenRejects("TOO_MUCH")],
    [
      "another code",
      () =>
        given([incremented(9)])
          .when({ increment: 3 })
          .thenRejects("TOO_LITTLE"),
    ],
    [
      "another field",
      () =>
        given([incremented(9)])
          .when({ increment: 3 })
          .thenRejects("TOO_MUCH", "total"),
    ],
  ];
  for (const [mistake, run] of mistakes) {
    it(`fails with a comparison on ${mistake}`, () => {
      expect(run).to.throw(AssertionError).with.property("showDiff", true);
    });
  }

  it("rethrows a defect of the decider", () => {
    expect(() => given([]).when({ increment: -1 }).thenRejects("TOO_MUCH")).to.throw(TypeError, "a defect");
  });
});
