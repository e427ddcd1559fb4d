import { v5 as uuidv5 } from "uuid";
import { DomainError } from "../domainError.ts";
import type { Owner } from "../ownership.ts";
import { type Attributes, attributesText } from "./attributes.ts";
import type { CartLine } from "./cartState.ts";

type Lines = ReadonlyMap<string, CartLine>;

/** Returns the line with this item and exactly these attributes: adding the item again raises its quantity. */
export const findLine = (lines: Lines, itemId: string, attributes: Attributes): CartLine | undefined => {
  const text = attributesText(attributes);
  const first = lines.get(itemId);
  if (first !== undefined && first.itemId === itemId && attributesText(first.attributes) === text) return first;
  for (const line of lines.values()) {
    if (line.itemId === itemId && attributesText(line.attributes) === text) return line;
  }
  return undefined;
};

/**
 * Returns a UUID for a text, always the same one. Whoever reads events may guess the text of an id that needs no secret: the attributes
 * of a line, for example. The owner of the cart is passed so that a secret can give the lines of two shoppers different ids.
 */
export type LineIds = (text: string, owner: Owner) => string;

/** Part of the ids of lines. Changing this namespace would give the same item and attributes other ids, but would not damage a cart. */
const namespace = "8d3b6c0a-5f0f-4a41-9a55-1f6d0e0c7b52";

/** Ids that need no secret, as long as attributes are stored in plain text. */
export const plainLineIds: LineIds = (text) => uuidv5(text, namespace);

/** The cart that gets a new line. */
type LinesOfOwner = Owner & { readonly lines: Pick<Lines, "has"> };

/**
 * Returns the id of a new line. A line without attributes has its item's id. The id of a line with attributes is derived from both,
 * so that a decision needs no random source. An id that another line has already is skipped: clients choose item ids, so an item
 * may be called as a derived id is.
 */
export const newLineId = (lineIds: LineIds, { lines, ...owner }: LinesOfOwner, itemId: string, attributes: Attributes): string => {
  const text = attributesText(attributes);
  if (text === "{}" && !lines.has(itemId)) return itemId;
  for (let attempt = 0; ; attempt++) {
    const id = lineIds(JSON.stringify([itemId, text, attempt]), owner);
    if (!lines.has(id)) return id;
  }
};

/**
 * Returns the line that a client addresses by its line id, or by its item id if only one line has the item. A line id precedes an
 * equal item id. `field` names the input with the id.
 */
export const requireLine = (lines: Lines, id: string, field: string): CartLine => {
  const addressed = lines.get(id);
  if (addressed !== undefined) return addressed;
  const [line, another] = [...lines.values()].filter(({ itemId }) => itemId === id);
  if (line === undefined) throw new DomainError("ITEM_NOT_FOUND", `item ${id} is not in the cart`, field);
  if (another !== undefined) {
    throw new DomainError("ITEM_AMBIGUOUS", `several lines have item ${id}: address one of them by its line_id`, field);
  }
  return line;
};
