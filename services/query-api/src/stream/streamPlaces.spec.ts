import type { Access } from "@cart/http-kit";
import { expect } from "chai";
import { createStreamPlaces } from "./streamPlaces.ts";

const user = (userId: string, tenantId = "shop-1"): Access => ({ userId, tenantId, scopes: [], expiresAt: Infinity });

describe("the places of streams", () => {
  const create = () => {
    const places = createStreamPlaces({ maxStreams: 5, maxStreamsPerUser: 2 });
    const take = (access: Access): string => {
      try {
        places.take(access);
        return "taken";
      } catch (error) {
        return error instanceof Error && "type" in error ? String(error.type) : "no problem";
      }
    };
    return { places, take };
  };
  const full = "/problems/too-many-streams";
  const fullOfUser = "/problems/too-many-streams-of-user";

  it("are bounded for a user of a tenant, so that others find one", () => {
    const { take } = create();
    const taken = [user("ann"), user("ann"), user("ann"), user("ann", "shop-2"), user("bob")].map(take);
    expect(taken).to.deep.equal(["taken", "taken", fullOfUser, "taken", "taken"]);
  });

  it("are bounded in all, also without tokens", () => {
    const { take } = create();
    expect(Array.from({ length: 6 }, () => take("unchecked"))).to.deep.equal([...Array<string>(5).fill("taken"), full]);
    expect(take(user("ann"))).to.equal(full);
  });

  it("are free again once, however often they are freed", () => {
    const { places, take } = create();
    const first = places.take(user("ann"));
    places.take(user("ann"));
    for (let n = 0; n < 3; n += 1) places.free(first);
    expect([take(user("ann")), take(user("ann")), places.taken()]).to.deep.equal(["taken", fullOfUser, 2]);
  });

  it("end together", () => {
    const { places, take } = create();
    const ends = [places.take(user("ann")), places.take("unchecked")];
    places.close();
    expect(ends.map(({ signal }) => signal.aborted)).to.deep.equal([true, true]);
    expect(take(user("bob"))).to.equal(full);
  });
});
