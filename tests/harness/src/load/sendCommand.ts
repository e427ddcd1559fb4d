import type { CartChange, CommandType, EventPlace, LedgerEntry, Outcome } from "./ledger.ts";

export type CartRequest = {
  readonly id: string;
  readonly command: CommandType;
  readonly cartId: string;
  /** Id of the item to remove. */
  readonly itemId?: string;
  readonly body?: { readonly [name: string]: unknown; readonly target_cart_id?: string };
  /** Makes it safe to repeat the command: it is executed once. */
  readonly idempotencyKey?: string;
};

export const entryOf = ({ id, command, cartId, body }: CartRequest, outcome: Outcome): LedgerEntry => ({
  id,
  command,
  cartIds: [cartId, ...(body?.target_cart_id === undefined ? [] : [body.target_cart_id])],
  outcome,
});

/** Milliseconds after which a command counts as unanswered. */
const patienceMs = 20_000;

/** Sends a command over HTTP once. */
export const sendCommand = async (baseUrl: string, request: CartRequest): Promise<Outcome> => {
  const { id, cartId, command, body, idempotencyKey } = request;
  const [method, path] = routeOf(request);
  let response: Response;
  let answer: Answer;
  try {
    response = await fetch(`${baseUrl}/carts/${cartId}/${path}`, {
      method,
      headers: {
        "Content-Type": "application/json",
        "X-Correlation-Id": id,
        ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    });
    answer = (await response.json()) as Answer;
  } catch (error) {
    return { kind: "unknown", why: error instanceof Error ? error.message : String(error) };
  }
  if (response.ok) {
    return {
      kind: "acknowledged",
      changes: [answer, answer.target].flatMap((change) => (change === undefined ? [] : [changeOf(change, command)])),
    };
  }
  const retryAfter = response.headers.get("retry-after");
  const why = [
    `${response.status} ${answer.type ?? ""}`,
    ...(answer.detail === undefined ? [] : [answer.detail]),
    ...(retryAfter === null ? [] : [`retry after ${retryAfter} s`]),
  ].join("; ");
  // Every other 503 promises that nothing was stored, and the suite checks that.
  const saysNothingStored = response.status < 500 || (response.status === 503 && answer.type !== "/problems/outcome-unknown");
  return { kind: saysNothingStored ? "refused" : "unknown", why };
};

const routeOf = ({ command, itemId = "" }: CartRequest): readonly [method: string, path: string] => {
  switch (command) {
    case "AddItem":
      return ["POST", "items"];
    case "RemoveItem":
      return ["DELETE", `items/${itemId}`];
    case "PurchaseCart":
      return ["POST", "purchase"];
    case "MergeCart":
      return ["POST", "merge"];
    default:
      return command satisfies never;
  }
};

type Change = { readonly aggregate_id?: string; readonly version?: number; readonly events?: readonly EventPlace[] };
type Answer = Change & { readonly target?: Change; readonly type?: string; readonly detail?: string };

const changeOf = ({ aggregate_id: cartId, version, events }: Change, command: CommandType): CartChange => {
  if (cartId === undefined || version === undefined || events === undefined) throw new Error(`the answer to ${command} is incomplete`);
  return { cartId, version, events };
};
