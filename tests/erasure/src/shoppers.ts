import { personNamed } from "./person.ts";
import type { World } from "./world.ts";
import type { Carts } from "./shopping.ts";
import { liveYear } from "./year.ts";

/** The shopper who is erased. */
export const ann = personNamed("ann");
/** Another shopper of the same tenant, whose carts nothing may change. */
export const bob = personNamed("bob");

export type BothCarts = { readonly anns: Carts; readonly bobs: Carts };

export const liveBoth = async (world: World, seals: boolean): Promise<BothCarts> => {
  const anns = await liveYear(world, ann, { seals });
  return { anns, bobs: await liveYear(world, bob, { seals }) };
};
