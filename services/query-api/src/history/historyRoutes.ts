import { cartAggregate } from "@cart/domain";
import { readStream } from "@cart/event-store";
import { accessOf, validator } from "@cart/http-kit";
import { methodNotAllowed } from "@cart/process-kit";
import { type Request, type RequestHandler, type Response, Router } from "express";
import { type Static, Type } from "typebox";
import { cartIdParameter, historyQuery } from "../carts/cartParameters.ts";
import { cartNotFound } from "../carts/cartProblems.ts";
import type { ReadOnlyDatabase } from "../database/readOnlyDatabase.ts";
import { cartEventSchema, cartEventView } from "./cartEventView.ts";
import { readCreation } from "./readCreation.ts";
import { pageOf } from "./pageLimits.ts";

export const historySchema = Type.Object({
  cart_id: Type.String({ format: "uuid" }),
  events: Type.Array(cartEventSchema, { description: "in the order of their versions, which have no gaps" }),
  next_after_version: Type.Union([Type.Integer(), Type.Null()], {
    description: "the `after_version` of the next page; null when there is no further event yet",
  }),
});

/** What happened to a cart, straight from the event store: it is never behind a write that was answered. */
export const historyRoutes = ({ eventStore }: { readonly eventStore: ReadOnlyDatabase }): Router => {
  const validId = validator(cartIdParameter, { coerce: true });
  const validQuery = validator(historyQuery, { coerce: true });

  const answer = async (req: Request, res: Response): Promise<void> => {
    const id = validId(req.params).id.toLowerCase();
    const { after_version: after = 0, limit = 20 } = validQuery(req.query);
    // Events never change, so two statements see no less than one would.
    const creation = await readCreation(eventStore, id, accessOf(res));
    if (creation === undefined) throw cartNotFound();
    const { events, isWhole } = await readStream(eventStore.read, cartAggregate, { aggregateId: id, after }, pageOf(limit));
    const body: Static<typeof historySchema> = {
      cart_id: id,
      events: events.map((event) => cartEventView(event, creation.event.data.currency)),
      next_after_version: isWhole ? null : (events.at(-1)?.version ?? null),
    };
    res.set("Cache-Control", "no-cache").json(body);
  };

  const getHistory: RequestHandler = (req, res) => answer(req, res);

  const router = Router();
  router.route("/carts/:id/history").get(getHistory).all(methodNotAllowed("GET", "HEAD"));
  return router;
};
