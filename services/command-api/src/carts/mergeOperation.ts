import { type Cart, type CartLimits, decideMergeWithin, type MergeCart } from "@cart/domain";
import type { LoadedStream } from "@cart/event-store";
import { UncheckedChangeError } from "../commands/commandExecutor.ts";

/** A cart at one of its versions. */
export type CartAt = Pick<LoadedStream<Cart>, "state" | "version">;

/** A merge. `decidedOn` are the versions of both carts for which the shop was asked: the merge must not change others. */
export const mergeOperation = (limits: CartLimits, command: MergeCart, decidedOn?: readonly [source: number, target: number]) => ({
  type: command.type,
  otherId: command.targetCartId,
  decide: (source: CartAt, target: CartAt) => {
    const events = decideMergeWithin(limits, command, source.state, { cart: target.state, version: target.version });
    const isAsDecided = decidedOn === undefined || (decidedOn[0] === source.version && decidedOn[1] === target.version);
    if (!isAsDecided && events.source.length > 0) throw new UncheckedChangeError();
    return { own: events.source, other: events.target };
  },
});
