import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { erasedKeyOf, erasedValues, joinData, pseudonymOf, type Subject, splitData } from "../events/personalFields.ts";
import { cartEventCodec } from "./cartAggregate.ts";
import { type CartEvent, cartEventCatalog } from "./cartEvents.ts";
import { cartPersonalFields } from "./cartPersonalFields.ts";

const keyId = "5f0c2c58-5a9d-4a54-8c6f-0b9d0f6f8a01";
const fixtures = new URL("fixtures/", import.meta.url);

const isType = (type: string): type is CartEvent["type"] => Object.hasOwn(cartEventCatalog, type);

const stored = readdirSync(fixtures).map((file) => {
  const [type = "", version = ""] = file.split(".v");
  if (!isType(type)) throw new Error(`${file} is a fixture of no event`);
  const { stored: data } = JSON.parse(readFileSync(new URL(file, fixtures), "utf8")) as { readonly stored: object };
  return { file, type, schemaVersion: Number.parseInt(version, 10), data };
});

/** What the system computes with, and so what a shop must not put a person into. */
const plainTexts = new Set([
  ..."tenant_id currency previous_currency item_id line_id order_id source_cart_id target_cart_id".split(" "),
  ..."strategy kind stage last_activity_at object_key milestone day".split(" "),
]);

/** The names of all members that are texts, also of members that are free to choose. */
const textsIn = (data: unknown, name = ""): string[] => {
  if (typeof data === "string") return [name];
  if (Array.isArray(data)) return data.flatMap((entry: unknown) => textsIn(entry, name));
  return typeof data === "object" && data !== null ? Object.entries(data).flatMap(([member, value]) => textsIn(value, member)) : [];
};

describe("personal fields of carts", () => {
  for (const { file, type, schemaVersion, data } of stored) {
    const fields = cartPersonalFields[type];
    const { plain, personal } = splitData(fields, data);

    it(`${file} has no text in its plain part but what the system computes with`, () => {
      expect(textsIn(plain).filter((name) => !plainTexts.has(name))).to.deep.equal([]);
    });

    it(`${file} is the same after its fields were taken out and put back`, () => {
      expect([...personal.values()].reduce<unknown>(joinData, plain)).to.deep.equal(data);
    });

    it(`${file} is still a valid event once each of its people was erased`, () => {
      for (const erased of personal.keys()) {
        const valuesOf = (subject: Subject) => (subject === erased ? erasedValues(fields, subject, keyId) : (personal.get(subject) ?? {}));
        const joined = [...personal.keys()].map(valuesOf).reduce<unknown>(joinData, plain);
        cartEventCodec.assertValid(cartEventCodec.decode({ type, schemaVersion, data: joined }));
      }
    });
  }

  it("keeps the two people of a claim apart", () => {
    const { plain, personal } = splitData(cartPersonalFields.CartClaimed, { user_id: "ann", previous_user_id: "guest-1" });
    expect(plain).to.deep.equal({});
    expect(personal.get("owner")).to.deep.equal({ "/user_id": "ann" });
    expect(personal.get("previous_owner")).to.deep.equal({ "/previous_user_id": "guest-1" });
  });

  it("tells a pseudonym from every other user id", () => {
    expect(erasedKeyOf(pseudonymOf(keyId))).to.equal(keyId);
    for (const other of ["erased", "erased-", `erased-${keyId}x`, ` erased-${keyId}`, keyId, `erased-${keyId}\n`])
      expect(erasedKeyOf(other), other).to.equal(undefined);
  });
});
