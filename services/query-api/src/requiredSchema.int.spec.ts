import { grantedSchema, migrateReadModel } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { requiredSchema } from "./requiredSchema.ts";

describe("the required schema", () => {
  const database = useMysqlDatabase({ migrate: migrateReadModel });

  it("equals what the migrations create and grant to the service's user", async () => {
    expect(requiredSchema).to.deep.equal(await grantedSchema("query-api", "readmodel", database.url()));
  });
});
