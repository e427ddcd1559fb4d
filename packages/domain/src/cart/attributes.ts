import { DomainError } from "../domainError.ts";

export type AttributeValue = string | number | boolean;

/** Data that a shop adds to a line or a cart, such as an engraving. A flat object; the domain compares and stores it, and never interprets it. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

export const noAttributes: Attributes = Object.freeze({});

/** An attribute that is null is removed; an attribute that is not named stays. */
export type AttributeChanges = Readonly<Record<string, AttributeValue | null>>;

/** Bytes of the attributes as JSON text: as many as the column of the read model has. The size of the whole cart is bounded too. */
const maxAttributesBytes = 1_024;

/**
 * Returns the attributes in the order of their names. MySQL stores the members of a JSON object in an order of its own, so without
 * a fixed order the same attributes would be different texts before and after they are stored.
 */
export const canonicalAttributes = (attributes: Attributes | undefined): Attributes => {
  if (attributes === undefined || attributes === noAttributes) return noAttributes;
  const entries = Object.entries(attributes);
  if (entries.length === 0) return noAttributes;
  // JSON has no negative zero, so the stored attributes would differ from the decided ones.
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, value === 0 ? 0 : value]));
};

/** The JSON text by which attributes are compared. Most lines have none, so these cost nothing. */
export const attributesText = (attributes: Attributes): string =>
  attributes === noAttributes ? "{}" : JSON.stringify(canonicalAttributes(attributes));

/** Returns the attributes in their fixed order. `field` names the input that has them. */
export const requireAttributes = (attributes: Attributes | undefined, field: string): Attributes => {
  const canonical = canonicalAttributes(attributes);
  const bytes = canonical === noAttributes ? 0 : Buffer.byteLength(JSON.stringify(canonical));
  if (bytes > maxAttributesBytes) {
    throw new DomainError(
      "ATTRIBUTES_TOO_LARGE",
      `attributes have at most ${maxAttributesBytes} bytes as JSON, these have ${bytes}`,
      field,
    );
  }
  return canonical;
};

/** As many as the schemas of the events allow. */
const maxAttributes = 20;

/** Returns the attributes after the changes, in their fixed order. `field` names the input that has the changes. */
export const changedAttributes = (before: Attributes, changes: AttributeChanges, field: string): Attributes => {
  const entries = Object.entries({ ...before, ...changes }).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  if (entries.length > maxAttributes) {
    throw new DomainError("ATTRIBUTES_TOO_LARGE", `there are at most ${maxAttributes} attributes, these would be ${entries.length}`, field);
  }
  return requireAttributes(Object.fromEntries(entries), field);
};

/** The member of an event with canonical attributes: without any, an event has no such member, which keeps most events short. */
export const attributesMember = (attributes: Attributes): { readonly attributes?: Attributes } =>
  attributes === noAttributes ? noMember : { attributes };

const noMember = {};
