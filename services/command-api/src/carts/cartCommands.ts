import type { AddItem, Cart, CartCommand, CartEvent, MergeCart } from "@cart/domain";
import type { Actor } from "@cart/http-kit";
import { correlationIdOf } from "@cart/process-kit";
import { cartTurns } from "../checks/cartTurns.ts";
import { checkedChanges, type CheckedChangesOptions, type Proposal } from "../checks/checkedChanges.ts";
import type { ShopCheck } from "../checks/shopCheck.ts";
import {
  type CommandExecutorOptions,
  type CommandReply,
  type CommandRouteRequest,
  commandExecutor,
  type Operation,
  type PreparedOperation,
} from "../commands/commandExecutor.ts";
import { expectedVersionOf } from "../commands/commandHeaders.ts";
import type { FieldOf } from "../commands/commandProblem.ts";
import type { VerifySignedPrice } from "../prices/signedPrice.ts";
import { type AddItemBody, addedItemField, addItemCommand, signedPriceOf } from "./addItemCommand.ts";
import { permits } from "./cartAccess.ts";
import type { OperationBody } from "./cartBodies.ts";
import { operationFields, type OperationSources, type OwnerBody, toOperations } from "./cartOperations.ts";
import { mergeOperation } from "./mergeOperation.ts";

export type CartCommandsOptions = CommandExecutorOptions<Cart, CartCommand, CartEvent> &
  // The defaults are the tenant and currency of a new cart for which the client names none.
  Omit<CheckedChangesOptions, "check"> & {
    /** Verifies signed prices; without it, none are accepted. */
    readonly verifySignedPrice?: VerifySignedPrice | undefined;
    /** Asks the shop before an item is added and before a cart is submitted or merged. */
    readonly check?: ShopCheck | undefined;
  };

/** A request to a route below `/carts/{id}`. */
type CartRequest = CommandRouteRequest & { readonly params: { readonly id: string } };

/** Commands to the cart in a request's path, restricted to the sender's own carts. */
export type CartCommands = Pick<CartCommandsOptions, "defaults"> & {
  /** Whether a request to add an item has to name its price, because nothing else can. */
  readonly requiresPrice: boolean;
  /** With a guest, also to that guest's carts. */
  readonly execute: (request: CartRequest, command: CartCommand, guest?: Actor) => Promise<CommandReply>;
  readonly add: (request: CartRequest, body: AddItemBody) => Promise<CommandReply>;
  /** Executes several operations as one decision. */
  readonly change: (request: CartRequest, operations: readonly OperationBody[], owner: OwnerBody) => Promise<CommandReply>;
  readonly submit: (request: CartRequest) => Promise<CommandReply>;
  /** Merges the cart into another. */
  readonly merge: (request: CartRequest, target: Omit<MergeCart, "type" | "sourceCartId">, guest?: Actor) => Promise<CommandReply>;
};

type CartOperation = (Operation<Cart, CartCommand, CartEvent> | PreparedOperation<Cart, CartCommand, CartEvent>) & {
  readonly fieldOf?: FieldOf;
};

export const cartCommands = (options: CartCommandsOptions): CartCommands => {
  const { defaults, rules, verifySignedPrice: verify, check } = options;
  const executeCommand = commandExecutor(options);
  const checked = check && checkedChanges({ ...options, check });
  const inTurn = cartTurns();

  const execute = (request: CartRequest, operation: CartOperation, guest?: Actor): Promise<CommandReply> => {
    const cartId = cartIdOf(request);
    return executeCommand(request, {
      aggregateId: cartId,
      path: request.req.path.replace(request.params.id, cartId),
      permits: permits(request.access, guest),
      ...operation,
    });
  };

  /** Executes a command that is prepared first, in its turn if the shop is asked about it. */
  const executePrepared = (request: CartRequest, operation: CartOperation, guest?: Actor): Promise<CommandReply> => {
    const run = () => execute(request, operation, guest);
    return checked === undefined ? run() : inTurn(cartIdOf(request), run);
  };

  /** Whether the command of an item depends on more than its request. */
  const hasSources = ({ signed_price }: Pick<AddItemBody, "signed_price">): boolean => checked !== undefined || signed_price !== undefined;
  const itemsOf = itemsWith({ checked, verify, defaults });

  return {
    defaults,
    requiresPrice: verify === undefined && check === undefined,
    execute: (request, command, guest) => execute(request, { command }, guest),
    add: (request, body) => {
      if (!hasSources(body)) return execute(request, { command: addItemCommand(body, { defaults }) });
      const prepare = async () => {
        const { add, decidedOn } = await itemsOf(request);
        return { command: await add(body), decidedOn };
      };
      const fieldOf: FieldOf = ({ field }) => field && addedItemField(field, body);
      return executePrepared(request, { type: "AddItem", prepare, fieldOf });
    },
    change: async (request, operations, owner) => {
      const fieldOf = operationFields(operations, owner);
      if (!operations.some((operation) => operation.op === "add_item" && hasSources(operation))) {
        return execute(request, {
          command: await changeCart(operations, owner, { add: async (body) => addItemCommand(body, { defaults }) }),
          fieldOf,
        });
      }
      const prepare = async () => {
        const { decidedOn, ...items } = await itemsOf(request);
        return { command: await changeCart(operations, owner, items), decidedOn };
      };
      return executePrepared(request, { type: "ChangeCart", prepare, fieldOf });
    },
    submit: (request) => {
      const command = { type: "SubmitCart" } as const;
      if (checked === undefined) return execute(request, { command });
      return executePrepared(request, { ...command, prepare: () => checked.submit(proposalOf(request)) });
    },
    merge: (request, target, guest) => {
      const command: MergeCart = { type: "MergeCart", sourceCartId: cartIdOf(request), ...target };
      if (checked === undefined) return execute(request, mergeOperation(rules, command), guest);
      const prepare = () => checked.merge({ ...proposalOf(request), guest }, command);
      return executePrepared(request, { type: command.type, prepare }, guest);
    },
  };
};

/** How the items of a request become commands. */
type Items = { readonly add: (body: AddItemBody) => Promise<AddItem>; readonly follow?: OperationSources["follow"] };

type ItemsOptions = Pick<CartCommandsOptions, "defaults"> & {
  readonly checked: ReturnType<typeof checkedChanges> | undefined;
  readonly verify: VerifySignedPrice | undefined;
};

/** Makes commands of a request's items with their signed prices and the shop's check. */
const itemsWith =
  ({ checked, verify, defaults }: ItemsOptions) =>
  async (request: CartRequest): Promise<Items & { readonly decidedOn: number | undefined }> => {
    const asked = await checked?.add(proposalOf(request));
    const add = async (body: AddItemBody): Promise<AddItem> => {
      const signed = await signedPriceOf(body, request.access, { verify, defaults });
      return asked === undefined ? addItemCommand(body, { defaults, signed }) : asked.ask(body, signed);
    };
    return { add, follow: asked?.follow, decidedOn: asked?.decidedOn };
  };

const changeCart = async (operations: readonly OperationBody[], owner: OwnerBody, { add, follow }: Items) => ({
  type: "ChangeCart" as const,
  operations: await toOperations(operations, { add: ({ op: _op, ...item }) => add({ ...owner, ...item }), follow }),
});

const cartIdOf = ({ params }: CartRequest): string => params.id.toLowerCase();

const proposalOf = (request: CartRequest): Proposal => ({
  cartId: cartIdOf(request),
  access: request.access,
  correlationId: correlationIdOf(request.res),
  expectedVersion: expectedVersionOf(request.headers),
});
