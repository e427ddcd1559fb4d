import type { CartStatus } from "@cart/domain";

// A record, so that a status that is new in the domain does not compile until it is here.
const statuses: Readonly<Record<CartStatus, true>> = { OPEN: true, ABANDONED: true, SUBMITTED: true, CLOSED: true, MERGED: true };

export const cartStatuses = Object.keys(statuses) as CartStatus[];
