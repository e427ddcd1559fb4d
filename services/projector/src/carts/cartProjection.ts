import { cartAggregateType } from "@cart/domain";
import { createProjection, type ProjectionDefinition } from "../projection/projection.ts";
import { cartRows, cartTables } from "./cartRows.ts";
import { cartWrites } from "./cartWrites.ts";
import { projectCartEvent } from "./projectCartEvent.ts";
import { noCart, type ProjectedCart } from "./projectedCart.ts";
import { type CartRows, selectCarts, toCarts } from "./selectCarts.ts";

export const cartDefinition: ProjectionDefinition<ProjectedCart, CartRows> = {
  aggregateType: cartAggregateType,
  tables: cartTables,
  nothing: noCart,
  project: projectCartEvent,
  select: selectCarts,
  toStates: toCarts,
  writes: cartWrites,
  rowsOf: cartRows,
};

export const cartProjection = createProjection(cartDefinition);
