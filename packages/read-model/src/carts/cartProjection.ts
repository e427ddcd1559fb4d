import { cartAggregate, type CartEvent } from "@cart/domain";
import type { ProjectionDefinition } from "../projection/projection.ts";
import { keepMilestones } from "./archivedMilestones.ts";
import { cartRows, cartTables } from "./cartRows.ts";
import { cartWrites } from "./cartWrites.ts";
import { projectCartEvent } from "./projectCartEvent.ts";
import { noCart, type ProjectedCart } from "./projectedCart.ts";
import { type CartRows, selectCarts, toCarts } from "./selectCarts.ts";

export const cartDefinition: ProjectionDefinition<ProjectedCart, CartEvent, CartRows> = {
  category: cartAggregate,
  revision: 1,
  tables: cartTables,
  initialState: noCart,
  project: projectCartEvent,
  select: selectCarts,
  toStates: toCarts,
  writes: cartWrites,
  ending: { type: "CartArchived", keep: keepMilestones },
  rowsOf: cartRows,
};
