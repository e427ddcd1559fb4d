import { HttpProblem } from "@cart/process-kit";
import { expect } from "chai";
import { Type } from "typebox";
import { validator } from "./validator.ts";

describe("validators that share a compiler", () => {
  const schema = Type.Object(
    { page: Type.Integer({ default: 1 }), id: Type.Optional(Type.String({ format: "uuid" })) },
    { additionalProperties: false },
  );

  const fieldsOf = (valid: () => unknown): unknown => {
    try {
      return valid();
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      return error.members;
    }
  };

  it("convert text and set defaults only where a use of the schema asks for that", () => {
    const [exact, coercing] = [validator(schema), validator(schema, { coerce: true })];
    expect(coercing({ page: "2" })).to.deep.equal({ page: 2 });
    expect(coercing({})).to.deep.equal({ page: 1 });
    expect(exact({ page: 2 })).to.deep.equal({ page: 2 });
    expect(fieldsOf(() => exact({ page: "2" }))).to.deep.equal({ errors: [{ field: "page", message: "must be integer" }] });
    expect(fieldsOf(() => exact({}))).to.deep.equal({ errors: [{ field: "page", message: "is required" }] });
  });

  it("name the fields of their own value only", () => {
    const [one, other] = [validator(schema), validator(Type.Object({ page: Type.Integer({ maximum: 9 }) }))];
    expect(fieldsOf(() => one({ page: 1, id: "x" }))).to.have.nested.property("errors[0].field", "id");
    expect(fieldsOf(() => other({ page: 10 }))).to.deep.equal({ errors: [{ field: "page", message: "must be <= 9" }] });
    expect(one({ page: 10 })).to.deep.equal({ page: 10 });
  });
});
