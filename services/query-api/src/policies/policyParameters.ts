import { Type } from "typebox";
import { version } from "../carts/cartParameters.ts";

export const getPolicyQuery = Type.Object(
  { min_version: version(1, "wait until the policy has at least this version") },
  { additionalProperties: false },
);
