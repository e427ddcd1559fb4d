import type { SearchedPerson } from "@cart/tests-harness";

/** A shopper who has a text of its own in every field that a client can send. */
export type Person = SearchedPerson & {
  readonly guest: string;
  readonly customer: string;
  /** Returns the text of a field. It names the field, so that a finding does. */
  readonly text: (field: string) => string;
};

export const personNamed = (name: string): Person => {
  const mark = `${name}q7zx`;
  const [guest, customer] = [`${mark}-guest@example.org`, `${mark}-customer@example.org`];
  return { mark, userIds: [guest, customer], guest, customer, text: (field) => `${mark}-${field}` };
};
