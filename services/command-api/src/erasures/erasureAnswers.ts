import { erasurePlaces, type ErasureReceipt } from "@cart/personal-data";
import { type Static, Type } from "typebox";
import { exampleErasureId, exampleTime } from "../examples.ts";

const exampleDue = "2026-11-23T23:06:04.670Z";

const exampleDone = "2026-11-23T22:26:20.012Z";

const time = (description: string, example: string) => Type.String({ format: "date-time", description, examples: [example] });
const timeOrNull = (description: string) =>
  Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description, examples: [null] });

const common = {
  erasure_id: Type.String({
    format: "uuid",
    description: "the erasure's id, under which its receipt is kept",
    examples: [exampleErasureId],
  }),
  requested_at: time("when the erasure was requested", exampleTime),
  due_at: time("when it has to be done at the latest", exampleDue),
};

export const erasureStartedSchema = Type.Object({ ...common, status: Type.Literal("pending", { examples: ["pending"] }) });

const stepSchema = Type.Object({
  place: Type.Enum([...erasurePlaces], { description: "what is cleared" }),
  first_pass_at: timeOrNull("when it was cleared at the beginning; null until then"),
  second_pass_at: timeOrNull("when it was cleared again after all caches had ended; null until then"),
  waits_for: Type.Union([Type.String(), Type.Null()], { description: "what an operator has to do first; null if nothing is known" }),
});

const exampleSteps: Static<typeof stepSchema>[] = erasurePlaces.map((place) => ({
  place,
  first_pass_at: null,
  second_pass_at: null,
  waits_for: null,
}));

export const erasureSchema = Type.Object({
  ...common,
  status: Type.Enum(["pending", "done"], { description: "`done`: nothing tells any more who the person was", examples: ["pending"] }),
  completed_at: Type.Optional(time("when it was done; missing until then", exampleDone)),
  requested_by: Type.Union([Type.String(), Type.Null()], {
    description: "the user of the token, or the operator, that requested it; null if it is not known, or is the shopper",
    examples: [null],
  }),
  steps: Type.Array(stepSchema, { description: "what is cleared, each twice", examples: [exampleSteps] }),
});

/** The example of an erasure that has just begun. */
export const exampleErasure: Static<typeof erasureSchema> = {
  erasure_id: exampleErasureId,
  requested_at: exampleTime,
  due_at: exampleDue,
  status: "pending",
  requested_by: null,
  steps: exampleSteps,
};

const commonOf = ({ erasureId, requestedAt, dueAt }: ErasureReceipt) => ({
  erasure_id: erasureId,
  requested_at: requestedAt.toISOString(),
  due_at: dueAt.toISOString(),
});

/** The answer to a request for an erasure. */
export const erasureStarted = (receipt: ErasureReceipt): Static<typeof erasureStartedSchema> => ({
  ...commonOf(receipt),
  status: "pending",
});

/** The receipt of an erasure. It names the person nowhere. */
export const erasureView = (receipt: ErasureReceipt): Static<typeof erasureSchema> => {
  const { completedAt, requestedBy, steps } = receipt;
  return {
    ...commonOf(receipt),
    status: completedAt === null ? "pending" : "done",
    ...(completedAt === null ? {} : { completed_at: completedAt.toISOString() }),
    requested_by: requestedBy,
    steps: steps.map(({ place, firstPassAt, secondPassAt, waitsFor }) => ({
      place,
      first_pass_at: firstPassAt?.toISOString() ?? null,
      second_pass_at: secondPassAt?.toISOString() ?? null,
      waits_for: waitsFor,
    })),
  };
};
