import { type Cart, type CartCommand, type CartEvent, type CartLimits, decideMergeWithin, type MergeCart } from "@cart/domain";
import type { Actor } from "@cart/http-kit";
import {
  type CommandExecutorOptions,
  type CommandReply,
  type CommandRouteRequest,
  commandExecutor,
  type Operation,
} from "../commands/commandExecutor.ts";
import { permits } from "./cartAccess.ts";

export type CartCommandsOptions = CommandExecutorOptions<Cart, CartCommand, CartEvent> & {
  /** The tenant and currency of a new cart for which the client names none. */
  readonly defaults: { readonly tenantId: string; readonly currency: string };
  readonly limits: CartLimits;
};

/** A request to a route below `/carts/{id}`. */
type CartRequest = CommandRouteRequest & { readonly params: { readonly id: string } };

/** Commands to the cart in a request's path, restricted to the sender's own carts. */
export type CartCommands = Pick<CartCommandsOptions, "defaults"> & {
  /** With a guest, also to that guest's carts. */
  readonly execute: (request: CartRequest, command: CartCommand, guest?: Actor) => Promise<CommandReply>;
  /** Merges the cart into another. */
  readonly merge: (request: CartRequest, target: Omit<MergeCart, "type" | "sourceCartId">, guest?: Actor) => Promise<CommandReply>;
};

export const cartCommands = ({ defaults, limits, ...options }: CartCommandsOptions): CartCommands => {
  const executeCommand = commandExecutor(options);

  const execute = (request: CartRequest, guest: Actor | undefined, operation: Operation<Cart, CartCommand, CartEvent>) => {
    const cartId = cartIdOf(request);
    return executeCommand(request, {
      aggregateId: cartId,
      path: request.req.path.replace(request.params.id, cartId),
      permits: permits(request.access, guest),
      ...operation,
    });
  };

  return {
    defaults,
    execute: (request, command, guest) => execute(request, guest, { command }),
    merge: (request, target, guest) => {
      const command: MergeCart = { type: "MergeCart", sourceCartId: cartIdOf(request), ...target };
      return execute(request, guest, {
        type: command.type,
        otherId: target.targetCartId,
        decide: (source, { state: other, version }) => {
          const events = decideMergeWithin(limits, command, source.state, { cart: other, version });
          return { own: events.source, other: events.target };
        },
      });
    },
  };
};

const cartIdOf = ({ params }: CartRequest): string => params.id.toLowerCase();
