import { grantedSchema, migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { requiredSchema } from "./requiredSchema.ts";

describe("the required schema", () => {
  const database = useMysqlDatabase({ migrate: migrateEventStore });

  it("equals what the migrations create and grant to the service's user", async () => {
    expect({ procedures: [], ...requiredSchema }).to.deep.equal(await grantedSchema("command-api", "eventstore", database.url()));
  });
});
