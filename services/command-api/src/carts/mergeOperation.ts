import { type Cart, type CartRules, decideMergeWithin, type MergeCart } from "@cart/domain";
import type { LoadedStream } from "@cart/event-store";
import { UncheckedChangeError } from "../commands/commandExecutor.ts";

/** A cart at one of its versions. */
export type CartAt = Pick<LoadedStream<Cart>, "state" | "version">;

/**
 * A merge. `checkedOn` are the versions of both carts that the shop has seen: the merge must not change other versions, and the
 * prices of the command are those of lines at these versions.
 */
export const mergeOperation = (rules: CartRules, command: MergeCart, checkedOn?: readonly [source: number, target: number]) => ({
  type: command.type,
  otherId: command.targetCartId,
  decide: (source: CartAt, target: CartAt) => {
    const isAsChecked = checkedOn === undefined || (checkedOn[0] === source.version && checkedOn[1] === target.version);
    const decided = isAsChecked ? command : { ...command, prices: undefined };
    const events = decideMergeWithin(rules, decided, source.state, { cart: target.state, version: target.version });
    if (!isAsChecked && events.source.length > 0) throw new UncheckedChangeError();
    return { own: events.source, other: events.target };
  },
});
