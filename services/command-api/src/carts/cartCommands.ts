import { type Cart, type CartCommand, type CartEvent, type CartLimits, decideMergeWithin, type MergeCart } from "@cart/domain";
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
  readonly execute: (request: CartRequest, command: CartCommand) => Promise<CommandReply>;
  /** Merges the cart into another. */
  readonly merge: (request: CartRequest, target: Pick<MergeCart, "targetCartId" | "strategy">) => Promise<CommandReply>;
};

export const cartCommands = ({ defaults, limits, ...options }: CartCommandsOptions): CartCommands => {
  const executeCommand = commandExecutor(options);

  const execute = (request: CartRequest, cartId: string, operation: Operation<Cart, CartCommand, CartEvent>): Promise<CommandReply> =>
    executeCommand(request, {
      aggregateId: cartId,
      path: request.req.path.replace(request.params.id, cartId),
      permits: permits(request.access),
      ...operation,
    });

  return {
    defaults,
    execute: (request, command) => execute(request, cartIdOf(request), { command }),
    merge: (request, { targetCartId, strategy }) => {
      const sourceCartId = cartIdOf(request);
      const command: MergeCart = { type: "MergeCart", sourceCartId, targetCartId, strategy };
      return execute(request, sourceCartId, {
        type: command.type,
        otherId: targetCartId,
        decide: (source, { state: target, version }) => {
          const events = decideMergeWithin(limits, command, source.state, { cart: target, version });
          return { own: events.source, other: events.target };
        },
      });
    },
  };
};

const cartIdOf = ({ params }: CartRequest): string => params.id.toLowerCase();
