import { grantedSchema, migrateAbandonment, migrateEventStore } from "@cart/migrations";
import { useMysqlDatabase } from "@cart/testkit";
import { expect } from "chai";
import { requiredSchema } from "./requiredSchema.ts";

describe("the required schema", () => {
  const eventstore = useMysqlDatabase({ migrate: migrateEventStore });
  const abandonment = useMysqlDatabase({ migrate: migrateAbandonment });

  it("equals what the migrations create and grant to the service's users, in both databases", async () => {
    expect({ procedures: [], ...requiredSchema.eventstore }).to.deep.equal(
      await grantedSchema("cart-abandonment", "eventstore", eventstore.url()),
    );
    expect({ procedures: [], ...requiredSchema.abandonment }).to.deep.equal(
      await grantedSchema("cart-abandonment", "abandonment", abandonment.url()),
    );
  });
});
