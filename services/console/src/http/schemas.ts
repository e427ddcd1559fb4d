import { type TSchema, Type } from "typebox";

export const text = (description: string, example: string) => Type.String({ description, examples: [example] });
export const count = (description: string, example: number) => Type.Integer({ minimum: 0, description, examples: [example] });
export const time = (description: string) => Type.String({ format: "date-time", description, examples: ["2026-11-23T22:06:04.670Z"] });
export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const exampleCartId = "550e8400-e29b-41d4-a716-446655440000";
export const uuid = (description: string) => Type.String({ format: "uuid", description, examples: [exampleCartId] });

/** The answer of a route that shows something that changes at any time. */
export const shown = <Schema extends TSchema>(description: string, schema: Schema) => ({
  200: { description, headers: Type.Object({ "Cache-Control": Type.Literal("no-store") }), content: { "application/json": schema } },
});

export const noStore = { "Cache-Control": "no-store" } as const;
