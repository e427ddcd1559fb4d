// Made from the OpenAPI document of command-api by npm run generate:client. Do not edit it.
export interface paths {
    "/additem/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add an item to a cart; creates the cart if it does not exist
         * @description The same as `POST /carts/{id}/items`. With a token, `user_id` and `tenant_id` may be left out: the token fills them in. Only a token with the scope `carts:price` may name a `price` or a `name`; a shopper sends a `signed_price`, or the shop's check names the price.
         */
        post: operations["addItemByShortAddress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an empty cart
         * @description A cart that exists already stays as it is, if it has the same user, tenant and currency. With a token, `user_id` and `tenant_id` may be left out: the token fills them in.
         */
        post: operations["createCart"];
        delete?: never;
        options?: never;
        head?: never;
        /** Change a cart's attributes, or the currency of an empty cart */
        patch: operations["changeCartDetails"];
        trace?: never;
    };
    "/carts/{id}/adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the discounts, shipping, taxes and fees of a cart
         * @description The shop computes them, and the cart carries them: `total_amount` is `items_amount` with the adjustments, and never below 0. A later change of a line marks them stale. Submission freezes them. They do not reopen an abandoned cart. With tokens, they need the scope `carts:price`.
         */
        put: operations["setAdjustments"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Execute several changes as one decision: all of them, or none
         * @description Each operation is decided on the cart that the operations before it leave, and appends its own events, so each event is a version. A refusal names its operation in `operation`, counted from 0, and in `errors`. Prices, names and adjustments need a token with the scope `carts:price`.
         */
        post: operations["changeCart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a guest's cart to the customer as whom the guest logs in
         * @description Sent by the shop's back end, which names the customer, or with the customer's token and the guest's in `Guest-Token`. The guest's token gives no access to the cart afterwards. A cart that the user owns already stays as it is.
         */
        post: operations["claimCart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add an item to a cart; creates the cart if it does not exist
         * @description With a token, `user_id` and `tenant_id` may be left out: the token fills them in. Only a token with the scope `carts:price` may name a `price` or a `name`; a shopper sends a `signed_price`, or the shop's check names the price.
         */
        post: operations["addItem"];
        /** Remove all items from a cart */
        delete: operations["clearCart"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/items/{item_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a line from a cart */
        delete: operations["removeItem"];
        options?: never;
        head?: never;
        /**
         * Set the quantity or the price of a line, or both
         * @description A new price alone does not reopen an abandoned cart, because it says nothing about the customer. With tokens, it needs the scope `carts:price`.
         */
        patch: operations["changeItemQuantity"];
        trace?: never;
    };
    "/carts/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move the lines of a cart into another, in one transaction
         * @description An item that is in both carts with the same attributes keeps the target's price and name. Afterwards the source takes no more changes. A target that does not exist is created for the user whom the request or its token names, with the source's tenant and currency.
         */
        post: operations["mergeCart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/purchase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close a cart that became an order
         * @description Repeating the request with the same `order_id` changes nothing and is answered with 200, because payment providers call back more than once. Another order is answered with 409 and the `order_id` of the first.
         */
        post: operations["purchaseCart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reopen a submitted cart */
        post: operations["reopenCart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Submit a cart to checkout: it takes no changes until it is reopened */
        post: operations["submitCart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page to read this document and to try its operations */
        get: operations["getDocumentPage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file that the page loads */
        get: operations["getDocumentPageFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check that the process is serving */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenApiDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check that the service is ready for requests */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant_id}/cart-abandoned-policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replace a tenant's policy
         * @description Omitted fields are reset to their defaults. The new policy also applies to carts that are already waiting.
         */
        put: operations["updateCartAbandonedPolicy"];
        /**
         * Define when carts of a tenant count as abandoned
         * @description A tenant has one policy. The carts of a tenant without a policy are never abandoned.
         */
        post: operations["createCartAbandonedPolicy"];
        /**
         * Remove a tenant's policy
         * @description The tenant's carts are then no longer abandoned and no reminder is sent, also for carts that are already waiting.
         */
        delete: operations["removeCartAbandonedPolicy"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant_id}/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase a shopper
         * @description Destroys the shopper's keys at once, and clears what was derived from the shopper's events within `due_at`. Carts, totals and the funnel stay, and show an owner `erased-…`. While an erasure of the same shopper is pending, it is returned. A later command of the same user is a new person's.
         */
        post: operations["eraseShopper"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant_id}/erasures/{erasure_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the receipt of an erasure
         * @description The receipt is kept for ever, and does not say who was erased.
         */
        get: operations["getErasure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "user_id": "user-123",
         *       "item_id": "item-456",
         *       "quantity": 2,
         *       "price": 29.99,
         *       "name": "Coffee cup",
         *       "attributes": {
         *         "size": "L"
         *       },
         *       "tenant_id": "default",
         *       "currency": "USD"
         *     }
         */
        AddItem: {
            /**
             * @description the shop's data on the line, such as a size; the same item with other attributes is another line: text, numbers and booleans by names of letters, digits, `_`, `.` and `-`; at most 1024 bytes as JSON
             * @example {
             *       "size": "L"
             *     }
             */
            attributes?: {
                [key: string]: string | number | boolean;
            };
            /**
             * @description ISO 4217; an empty cart takes another currency, and a cart with lines must have this one
             * @example USD
             */
            currency?: string;
            /**
             * @description the item to add
             * @example item-456
             */
            item_id: string;
            /**
             * @description the item's name, for display
             * @example Coffee cup
             */
            name?: string;
            /**
             * @description price of one unit, in the cart's currency; replaces the line's price; a cart's amounts have at most 15 digits in minor units of its currency
             * @example 29.99
             */
            price?: number;
            /**
             * @description units to add
             * @default 1
             * @example 2
             */
            quantity?: number;
            /** @description instead of price and name: a JWS of both as the shop's catalogue has signed them, for this item with these `attributes`; needs a service with the catalogue's keys */
            signed_price?: string;
            /**
             * @description the shop; a new cart without one belongs to `default`
             * @example default
             */
            tenant_id?: string;
            /**
             * @description the user who owns the cart
             * @example user-123
             */
            user_id?: string;
        };
        CartAbandonedPolicy: {
            /**
             * @description minutes without activity after which a cart with items counts as abandoned
             * @example 60
             */
            abandoned_minutes: number;
            /**
             * @description minutes without activity after which a submitted cart counts as abandoned; null or omitted: never
             * @example 120
             */
            checkout_abandoned_minutes?: number | null;
            /**
             * @description most reminders to one user, over all carts, on one day of the time zone; null or omitted: no limit
             * @example 1
             */
            max_reminders_per_day?: number | null;
            /**
             * @description of reminders that fall due together, for example in quiet time, `skip` sends only the latest; `move` sends all of them at their original distances
             * @default skip
             * @example skip
             * @enum {unknown}
             */
            overtaken_reminders?: "skip" | "move";
            /**
             * @description local time at which quiet time begins; only together with quiet_time_to
             * @example 22:00:00
             */
            quiet_time_from?: string | null;
            /**
             * @description local time at which quiet time ends, on the next day if it is earlier than quiet_time_from
             * @example 08:00:00
             */
            quiet_time_to?: string | null;
            /**
             * @description when reminders of an abandoned cart are due, ascending
             * @default []
             * @example [
             *       60,
             *       1440,
             *       7200
             *     ]
             */
            reminders?: number[];
            /**
             * @description IANA name of the time zone of quiet time
             * @default UTC
             * @example Europe/Berlin
             */
            time_zone?: string;
            /**
             * @description a name for the shop's administrators
             * @example Standard
             */
            title: string;
        };
        Changes: {
            /**
             * @description ISO 4217; an empty cart takes another currency, and a cart with lines must have this one
             * @example USD
             */
            currency?: string;
            /**
             * @description the changes, in their order
             * @example [
             *       {
             *         "op": "add_item",
             *         "item_id": "item-789",
             *         "quantity": 1,
             *         "price": 4.5
             *       },
             *       {
             *         "op": "change_item",
             *         "line_id": "item-456",
             *         "quantity": 3,
             *         "price": 24.99
             *       },
             *       {
             *         "op": "remove_item",
             *         "line_id": "item-789"
             *       }
             *     ]
             */
            operations: ({
                /**
                 * @description the shop's data on the line, such as a size; the same item with other attributes is another line: text, numbers and booleans by names of letters, digits, `_`, `.` and `-`; at most 1024 bytes as JSON
                 * @example {
                 *       "size": "L"
                 *     }
                 */
                attributes?: {
                    [key: string]: string | number | boolean;
                };
                /**
                 * @description the item to add
                 * @example item-456
                 */
                item_id: string;
                /**
                 * @description the item's name, for display
                 * @example Coffee cup
                 */
                name?: string;
                /** @constant */
                op: "add_item";
                /**
                 * @description price of one unit, in the cart's currency; replaces the line's price; a cart's amounts have at most 15 digits in minor units of its currency
                 * @example 29.99
                 */
                price?: number;
                /**
                 * @description units to add
                 * @default 1
                 * @example 2
                 */
                quantity?: number;
                /** @description instead of price and name: a JWS of both as the shop's catalogue has signed them, for this item with these `attributes`; needs a service with the catalogue's keys */
                signed_price?: string;
            } | {
                /**
                 * @description the line's `line_id`, or its `item_id` if only one line of the cart has that item
                 * @example item-456
                 */
                line_id: string;
                /** @constant */
                op: "change_item";
                /**
                 * @description the line's new price of one unit, in the cart's currency; a cart's amounts have at most 15 digits in minor units of its currency
                 * @example 29.99
                 */
                price?: number;
                /**
                 * @description the line's new quantity; 0 removes the line
                 * @example 3
                 */
                quantity?: number;
            } | {
                /**
                 * @description the line's `line_id`, or its `item_id` if only one line of the cart has that item
                 * @example item-456
                 */
                line_id: string;
                /** @constant */
                op: "remove_item";
            } | {
                /** @constant */
                op: "clear";
            } | {
                /**
                 * @description attributes to set; null removes one, and those that are not named stay. At most 20 are left, with 1024 bytes as JSON
                 * @example {
                 *       "locale": "da-DK",
                 *       "note": null
                 *     }
                 */
                attributes?: {
                    [key: string]: string | number | boolean | null;
                };
                /**
                 * @description ISO 4217; another currency is allowed while the cart is empty
                 * @example USD
                 */
                currency?: string;
                /** @constant */
                op: "change_cart";
            } | {
                /**
                 * @description all adjustments of the cart from now on
                 * @example [
                 *       {
                 *         "kind": "discount",
                 *         "amount": -5,
                 *         "label": "Spring sale",
                 *         "reference": "SPRING"
                 *       },
                 *       {
                 *         "kind": "shipping",
                 *         "amount": 4.99
                 *       }
                 *     ]
                 */
                adjustments: {
                    /**
                     * @description what it adds to the total, in the cart's currency; a discount is negative
                     * @example 4.99
                     */
                    amount: number;
                    /**
                     * @description what the amount is for
                     * @enum {unknown}
                     */
                    kind: "discount" | "shipping" | "tax" | "fee";
                    /**
                     * @description for display
                     * @example By bicycle
                     */
                    label?: string;
                    /**
                     * @description what the shop calls the cause, such as a voucher
                     * @example SPRING
                     */
                    reference?: string;
                }[];
                /** @constant */
                op: "set_adjustments";
            })[];
            /**
             * @description the shop; a new cart without one belongs to `default`
             * @example default
             */
            tenant_id?: string;
            /**
             * @description the user who owns the cart; a new cart needs one, from here or from the token
             * @example user-123
             */
            user_id?: string;
        };
        CommandAnswer: {
            /**
             * Format: uuid
             * @description the cart's id
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            aggregate_id: string;
            /**
             * @description the appended events; empty if the cart was already as requested
             * @example [
             *       {
             *         "type": "CartCreated",
             *         "version": 1,
             *         "occurred_at": "2026-11-23T22:06:04.670Z"
             *       },
             *       {
             *         "type": "ItemAddedToCart",
             *         "version": 2,
             *         "occurred_at": "2026-11-23T22:06:04.670Z"
             *       }
             *     ]
             */
            events: {
                /** Format: date-time */
                occurred_at: string;
                /** @enum {unknown} */
                type: "CartCreated" | "CartAttributesChanged" | "CartAdjustmentsChanged" | "CartCurrencyChanged" | "CartClaimed" | "ItemAddedToCart" | "ItemQuantityChanged" | "ItemPriceChanged" | "ItemRemovedFromCart" | "CartCleared" | "CartSubmitted" | "CartReopened" | "CartPurchased" | "CartMergedInto" | "CartMergedFrom" | "CartAbandoned" | "CartAbandonmentReminderDue" | "CartArchived";
                /** @description the cart's version after this event */
                version: number;
            }[];
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            executed_at: string;
            /** @constant */
            status: "success";
            /**
             * @description the cart's version after the command
             * @example 2
             */
            version: number;
        };
        EraseShopper: {
            /**
             * @description the shopper who is to be forgotten
             * @example user-123
             */
            user_id: string;
        };
        Erasure: {
            /**
             * Format: date-time
             * @description when it was done; missing until then
             * @example 2026-11-23T22:26:20.012Z
             */
            completed_at?: string;
            /**
             * Format: date-time
             * @description when it has to be done at the latest
             * @example 2026-11-23T23:06:04.670Z
             */
            due_at: string;
            /**
             * Format: uuid
             * @description the erasure's id, under which its receipt is kept
             * @example 9f1c2b3a-4d5e-4f60-8a7b-1c2d3e4f5a6b
             */
            erasure_id: string;
            /**
             * Format: date-time
             * @description when the erasure was requested
             * @example 2026-11-23T22:06:04.670Z
             */
            requested_at: string;
            /**
             * @description the user of the token, or the operator, that requested it; null if it is not known, or is the shopper
             * @example null
             */
            requested_by: string | null;
            /**
             * @description `done`: nothing tells any more who the person was
             * @example pending
             * @enum {unknown}
             */
            status: "pending" | "done";
            /**
             * @description what is cleared, each twice
             * @example [
             *       {
             *         "place": "keys",
             *         "first_pass_at": null,
             *         "second_pass_at": null,
             *         "waits_for": null
             *       },
             *       {
             *         "place": "read_model",
             *         "first_pass_at": null,
             *         "second_pass_at": null,
             *         "waits_for": null
             *       },
             *       {
             *         "place": "timers",
             *         "first_pass_at": null,
             *         "second_pass_at": null,
             *         "waits_for": null
             *       },
             *       {
             *         "place": "event_store",
             *         "first_pass_at": null,
             *         "second_pass_at": null,
             *         "waits_for": null
             *       }
             *     ]
             */
            steps: {
                /**
                 * @description when it was cleared at the beginning; null until then
                 * @example null
                 */
                first_pass_at: string | null;
                /**
                 * @description what is cleared
                 * @enum {unknown}
                 */
                place: "keys" | "read_model" | "timers" | "event_store";
                /**
                 * @description when it was cleared again after all caches had ended; null until then
                 * @example null
                 */
                second_pass_at: string | null;
                /** @description what an operator has to do first; null if nothing is known */
                waits_for: string | null;
            }[];
        };
        ErasureStarted: {
            /**
             * Format: date-time
             * @description when it has to be done at the latest
             * @example 2026-11-23T23:06:04.670Z
             */
            due_at: string;
            /**
             * Format: uuid
             * @description the erasure's id, under which its receipt is kept
             * @example 9f1c2b3a-4d5e-4f60-8a7b-1c2d3e4f5a6b
             */
            erasure_id: string;
            /**
             * Format: date-time
             * @description when the erasure was requested
             * @example 2026-11-23T22:06:04.670Z
             */
            requested_at: string;
            /**
             * @example pending
             * @constant
             */
            status: "pending";
        };
        MergeAnswer: {
            /**
             * Format: uuid
             * @description the cart's id
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            aggregate_id: string;
            /**
             * @description the appended events; empty if the cart was already as requested
             * @example [
             *       {
             *         "type": "CartMergedInto",
             *         "version": 3,
             *         "occurred_at": "2026-11-23T22:06:04.670Z"
             *       }
             *     ]
             */
            events: {
                /** Format: date-time */
                occurred_at: string;
                /** @enum {unknown} */
                type: "CartCreated" | "CartAttributesChanged" | "CartAdjustmentsChanged" | "CartCurrencyChanged" | "CartClaimed" | "ItemAddedToCart" | "ItemQuantityChanged" | "ItemPriceChanged" | "ItemRemovedFromCart" | "CartCleared" | "CartSubmitted" | "CartReopened" | "CartPurchased" | "CartMergedInto" | "CartMergedFrom" | "CartAbandoned" | "CartAbandonmentReminderDue" | "CartArchived";
                /** @description the cart's version after this event */
                version: number;
            }[];
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            executed_at: string;
            /** @constant */
            status: "success";
            /** @description what the command did to the cart that took the lines */
            target: {
                /**
                 * Format: uuid
                 * @description the cart's id
                 * @example 550e8400-e29b-41d4-a716-446655440001
                 */
                aggregate_id: string;
                /**
                 * @description the appended events; empty if the cart was already as requested
                 * @example [
                 *       {
                 *         "type": "CartMergedFrom",
                 *         "version": 3,
                 *         "occurred_at": "2026-11-23T22:06:04.670Z"
                 *       }
                 *     ]
                 */
                events: {
                    /** Format: date-time */
                    occurred_at: string;
                    /** @enum {unknown} */
                    type: "CartCreated" | "CartAttributesChanged" | "CartAdjustmentsChanged" | "CartCurrencyChanged" | "CartClaimed" | "ItemAddedToCart" | "ItemQuantityChanged" | "ItemPriceChanged" | "ItemRemovedFromCart" | "CartCleared" | "CartSubmitted" | "CartReopened" | "CartPurchased" | "CartMergedInto" | "CartMergedFrom" | "CartAbandoned" | "CartAbandonmentReminderDue" | "CartArchived";
                    /** @description the cart's version after this event */
                    version: number;
                }[];
                /**
                 * @description the cart's version after the command
                 * @example 3
                 */
                version: number;
            };
            /**
             * @description the cart's version after the command
             * @example 3
             */
            version: number;
        };
        PolicyAnswer: {
            /**
             * Format: uuid
             * @description the policy's id
             * @example 34956b28-8beb-5341-8fb8-f77c570cb2a3
             */
            aggregate_id: string;
            /**
             * @description the appended events; empty if the policy was already as requested
             * @example [
             *       {
             *         "type": "TenantCartAbandonedPolicyCreated",
             *         "version": 1,
             *         "occurred_at": "2026-11-23T22:06:04.670Z"
             *       }
             *     ]
             */
            events: {
                /** Format: date-time */
                occurred_at: string;
                /** @enum {unknown} */
                type: "TenantCartAbandonedPolicyCreated" | "TenantCartAbandonedPolicyUpdated" | "TenantCartAbandonedPolicyRemoved";
                /** @description the policy's version after this event */
                version: number;
            }[];
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            executed_at: string;
            /** @constant */
            status: "success";
            /**
             * @description the policy's version after the command
             * @example 1
             */
            version: number;
        };
        Problem: {
            /** @description identifies the request in the logs */
            correlation_id?: string;
            /** @description what is wrong with this request */
            detail?: string;
            /** @description each bad field of the request, nested as items/0/price */
            errors?: {
                field: string;
                message: string;
            }[];
            /** @description the HTTP status */
            status: number;
            /** @description what the type means */
            title: string;
            /**
             * @description identifies the kind of problem; it is stable, so clients can branch on it
             * @example /problems/validation
             */
            type: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    addItemByShortAddress: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddItem"];
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 2,
                     *       "events": [
                     *         {
                     *           "type": "CartCreated",
                     *           "version": 1,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         },
                     *         {
                     *           "type": "ItemAddedToCart",
                     *           "version": 2,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted; The cart belongs to another user; The cart belongs to another tenant; The cart has another currency */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted" | "/problems/cart-of-another-user" | "/problems/cart-of-another-tenant" | "/problems/currency-mismatch";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The currency is not known; The price is not an amount of the currency; The line would have too great a quantity; The cart would have too many lines; The cart's amounts would be too great; The attributes are too large; The cart would have too large contents; The cart has had too many changes; The signed price is not valid; The shop refused the change */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the shop's reasons
                         * @example [
                         *       {
                         *         "code": "OUT_OF_STOCK",
                         *         "message": "only 1 is left",
                         *         "item_id": "item-456"
                         *       }
                         *     ]
                         */
                        reasons?: {
                            /**
                             * @description the shop's own code
                             * @example OUT_OF_STOCK
                             */
                            code: string;
                            /**
                             * @description the item at fault
                             * @example item-456
                             */
                            item_id?: string;
                            /**
                             * @description the shop's own text
                             * @example only 1 is left
                             */
                            message: string;
                        }[];
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/currency-unknown" | "/problems/price-invalid" | "/problems/quantity-limit" | "/problems/line-limit" | "/problems/amount-limit" | "/problems/attributes-too-large" | "/problems/size-limit" | "/problems/event-limit" | "/problems/signed-price-invalid" | "/problems/change-refused";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The shop's check does not answer; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/check-unavailable" | "/problems/timeout";
                    };
                };
            };
        };
    };
    createCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description the shop's data on the cart, such as a note, a reference to an e-mail address or a locale: text, numbers and booleans by names of letters, digits, `_`, `.` and `-`; at most 1024 bytes as JSON
                     * @example {
                     *       "locale": "da-DK",
                     *       "note": "Ring twice"
                     *     }
                     */
                    attributes?: {
                        [key: string]: string | number | boolean;
                    };
                    /**
                     * @description ISO 4217; an empty cart takes another currency, and a cart with lines must have this one
                     * @example USD
                     */
                    currency?: string;
                    /**
                     * @description the shop; a new cart without one belongs to `default`
                     * @example default
                     */
                    tenant_id?: string;
                    /**
                     * @description the user who owns the cart
                     * @example user-123
                     */
                    user_id?: string;
                };
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 2,
                     *       "events": [
                     *         {
                     *           "type": "CartCreated",
                     *           "version": 1,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         },
                     *         {
                     *           "type": "CartAttributesChanged",
                     *           "version": 2,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart belongs to another user; The cart belongs to another tenant; The cart has another currency */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-of-another-user" | "/problems/cart-of-another-tenant" | "/problems/currency-mismatch";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The currency is not known; The attributes are too large */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/currency-unknown" | "/problems/attributes-too-large";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    changeCartDetails: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "attributes": {
                 *         "locale": "da-DK",
                 *         "note": null
                 *       },
                 *       "currency": "USD"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description attributes to set; null removes one, and those that are not named stay. At most 20 are left, with 1024 bytes as JSON
                     * @example {
                     *       "locale": "da-DK",
                     *       "note": null
                     *     }
                     */
                    attributes?: {
                        [key: string]: string | number | boolean | null;
                    };
                    /**
                     * @description ISO 4217; another currency is allowed while the cart is empty
                     * @example USD
                     */
                    currency?: string;
                };
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "CartAttributesChanged",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted; The cart has another currency */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted" | "/problems/currency-mismatch";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The currency is not known; The attributes are too large; The cart would have too large contents; The cart has had too many changes */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/currency-unknown" | "/problems/attributes-too-large" | "/problems/size-limit" | "/problems/event-limit";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    setAdjustments: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "adjustments": [
                 *         {
                 *           "kind": "discount",
                 *           "amount": -5,
                 *           "label": "Spring sale",
                 *           "reference": "SPRING"
                 *         },
                 *         {
                 *           "kind": "shipping",
                 *           "amount": 4.99
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * @description all adjustments of the cart from now on
                     * @example [
                     *       {
                     *         "kind": "discount",
                     *         "amount": -5,
                     *         "label": "Spring sale",
                     *         "reference": "SPRING"
                     *       },
                     *       {
                     *         "kind": "shipping",
                     *         "amount": 4.99
                     *       }
                     *     ]
                     */
                    adjustments: {
                        /**
                         * @description what it adds to the total, in the cart's currency; a discount is negative
                         * @example 4.99
                         */
                        amount: number;
                        /**
                         * @description what the amount is for
                         * @enum {unknown}
                         */
                        kind: "discount" | "shipping" | "tax" | "fee";
                        /**
                         * @description for display
                         * @example By bicycle
                         */
                        label?: string;
                        /**
                         * @description what the shop calls the cause, such as a voucher
                         * @example SPRING
                         */
                        reference?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "CartAdjustmentsChanged",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The adjustment is not valid; The price is not an amount of the currency; The cart's amounts would be too great; The cart would have too large contents; The cart has had too many changes */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/adjustment-invalid" | "/problems/price-invalid" | "/problems/amount-limit" | "/problems/size-limit" | "/problems/event-limit";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    changeCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_id": "user-123",
                 *       "tenant_id": "default",
                 *       "currency": "USD",
                 *       "operations": [
                 *         {
                 *           "op": "add_item",
                 *           "item_id": "item-789",
                 *           "quantity": 1,
                 *           "price": 4.5
                 *         },
                 *         {
                 *           "op": "change_item",
                 *           "line_id": "item-456",
                 *           "quantity": 3,
                 *           "price": 24.99
                 *         },
                 *         {
                 *           "op": "remove_item",
                 *           "line_id": "item-789"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["Changes"];
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 6,
                     *       "events": [
                     *         {
                     *           "type": "ItemAddedToCart",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         },
                     *         {
                     *           "type": "ItemPriceChanged",
                     *           "version": 4,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         },
                     *         {
                     *           "type": "ItemQuantityChanged",
                     *           "version": 5,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         },
                     *         {
                     *           "type": "ItemRemovedFromCart",
                     *           "version": 6,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the place of the refused operation in `operations`, from 0
                         * @example 0
                         */
                        operation?: number;
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart; The item is not in the cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the place of the refused operation in `operations`, from 0
                         * @example 0
                         */
                        operation?: number;
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found" | "/problems/item-not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted; The cart belongs to another user; The cart belongs to another tenant; The cart has another currency; Several lines have the item */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the place of the refused operation in `operations`, from 0
                         * @example 0
                         */
                        operation?: number;
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted" | "/problems/cart-of-another-user" | "/problems/cart-of-another-tenant" | "/problems/currency-mismatch" | "/problems/item-ambiguous";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /**
                         * @description the place of the refused operation in `operations`, from 0
                         * @example 0
                         */
                        operation?: number;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /**
                         * @description the place of the refused operation in `operations`, from 0
                         * @example 0
                         */
                        operation?: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the place of the refused operation in `operations`, from 0
                         * @example 0
                         */
                        operation?: number;
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The currency is not known; The price is not an amount of the currency; The adjustment is not valid; The line would have too great a quantity; The cart would have too many lines; The cart's amounts would be too great; The attributes are too large; The cart would have too large contents; The cart has had too many changes; The signed price is not valid; The shop refused the change */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the place of the refused operation in `operations`, from 0
                         * @example 0
                         */
                        operation?: number;
                        /**
                         * @description the shop's reasons
                         * @example [
                         *       {
                         *         "code": "OUT_OF_STOCK",
                         *         "message": "only 1 is left",
                         *         "item_id": "item-456"
                         *       }
                         *     ]
                         */
                        reasons?: {
                            /**
                             * @description the shop's own code
                             * @example OUT_OF_STOCK
                             */
                            code: string;
                            /**
                             * @description the item at fault
                             * @example item-456
                             */
                            item_id?: string;
                            /**
                             * @description the shop's own text
                             * @example only 1 is left
                             */
                            message: string;
                        }[];
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/currency-unknown" | "/problems/price-invalid" | "/problems/adjustment-invalid" | "/problems/quantity-limit" | "/problems/line-limit" | "/problems/amount-limit" | "/problems/attributes-too-large" | "/problems/size-limit" | "/problems/event-limit" | "/problems/signed-price-invalid" | "/problems/change-refused";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The shop's check does not answer; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the place of the refused operation in `operations`, from 0
                         * @example 0
                         */
                        operation?: number;
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/check-unavailable" | "/problems/timeout";
                    };
                };
            };
        };
    };
    claimCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description the token of the guest as whom the customer shopped before logging in: with it, the customer's token may act on the guest's carts */
                "Guest-Token"?: string;
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "user_id": "user-123"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description the user who gets the cart; the user of the token unless it is an administrator's
                     * @example user-123
                     */
                    user_id?: string;
                };
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "CartClaimed",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The cart has had too many changes */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/event-limit";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    addItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddItem"];
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 2,
                     *       "events": [
                     *         {
                     *           "type": "CartCreated",
                     *           "version": 1,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         },
                     *         {
                     *           "type": "ItemAddedToCart",
                     *           "version": 2,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted; The cart belongs to another user; The cart belongs to another tenant; The cart has another currency */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted" | "/problems/cart-of-another-user" | "/problems/cart-of-another-tenant" | "/problems/currency-mismatch";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The currency is not known; The price is not an amount of the currency; The line would have too great a quantity; The cart would have too many lines; The cart's amounts would be too great; The attributes are too large; The cart would have too large contents; The cart has had too many changes; The signed price is not valid; The shop refused the change */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the shop's reasons
                         * @example [
                         *       {
                         *         "code": "OUT_OF_STOCK",
                         *         "message": "only 1 is left",
                         *         "item_id": "item-456"
                         *       }
                         *     ]
                         */
                        reasons?: {
                            /**
                             * @description the shop's own code
                             * @example OUT_OF_STOCK
                             */
                            code: string;
                            /**
                             * @description the item at fault
                             * @example item-456
                             */
                            item_id?: string;
                            /**
                             * @description the shop's own text
                             * @example only 1 is left
                             */
                            message: string;
                        }[];
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/currency-unknown" | "/problems/price-invalid" | "/problems/quantity-limit" | "/problems/line-limit" | "/problems/amount-limit" | "/problems/attributes-too-large" | "/problems/size-limit" | "/problems/event-limit" | "/problems/signed-price-invalid" | "/problems/change-refused";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The shop's check does not answer; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/check-unavailable" | "/problems/timeout";
                    };
                };
            };
        };
    };
    clearCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "CartCleared",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    removeItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
                /**
                 * @description the line's `line_id`, or its `item_id` if only one line of the cart has that item
                 * @example item-456
                 */
                item_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "ItemRemovedFromCart",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description There is no such cart; The item is not in the cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found" | "/problems/item-not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted; Several lines have the item */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted" | "/problems/item-ambiguous";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    changeItemQuantity: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
                /**
                 * @description the line's `line_id`, or its `item_id` if only one line of the cart has that item
                 * @example item-456
                 */
                item_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "quantity": 3,
                 *       "price": 29.99
                 *     }
                 */
                "application/json": {
                    /**
                     * @description the line's new price of one unit, in the cart's currency; a cart's amounts have at most 15 digits in minor units of its currency
                     * @example 29.99
                     */
                    price?: number;
                    /**
                     * @description the line's new quantity; 0 removes the line
                     * @example 3
                     */
                    quantity?: number;
                };
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "ItemQuantityChanged",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart; The item is not in the cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found" | "/problems/item-not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted; Several lines have the item */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted" | "/problems/item-ambiguous";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The price is not an amount of the currency; The cart's amounts would be too great; The cart has had too many changes */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/price-invalid" | "/problems/amount-limit" | "/problems/event-limit";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    mergeCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description the token of the guest as whom the customer shopped before logging in: with it, the customer's token may act on the guest's carts */
                "Guest-Token"?: string;
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_id": "user-123",
                 *       "target_cart_id": "550e8400-e29b-41d4-a716-446655440001",
                 *       "strategy": "add"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description the quantity of an item that is in both carts: their sum, or the greater one
                     * @default add
                     * @enum {unknown}
                     */
                    strategy?: "add" | "max";
                    /**
                     * Format: uuid
                     * @description the cart that takes the lines
                     * @example 550e8400-e29b-41d4-a716-446655440001
                     */
                    target_cart_id: string;
                    /**
                     * @description the user who gets the target if it does not exist; the user of the token unless it is an administrator's. Without a user, the target must exist
                     * @example user-123
                     */
                    user_id?: string;
                };
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "CartMergedInto",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "target": {
                     *         "aggregate_id": "550e8400-e29b-41d4-a716-446655440001",
                     *         "version": 3,
                     *         "events": [
                     *           {
                     *             "type": "CartMergedFrom",
                     *             "version": 3,
                     *             "occurred_at": "2026-11-23T22:06:04.670Z"
                     *           }
                     *         ]
                     *       },
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["MergeAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is submitted; The cart belongs to another tenant; The cart has another currency */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-submitted" | "/problems/cart-of-another-tenant" | "/problems/currency-mismatch";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; A cart cannot be merged into itself; The line would have too great a quantity; The cart would have too many lines; The cart's amounts would be too great; The cart would have too large contents; The cart has had too many changes; The shop refused the change */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the shop's reasons
                         * @example [
                         *       {
                         *         "code": "OUT_OF_STOCK",
                         *         "message": "only 1 is left",
                         *         "item_id": "item-456"
                         *       }
                         *     ]
                         */
                        reasons?: {
                            /**
                             * @description the shop's own code
                             * @example OUT_OF_STOCK
                             */
                            code: string;
                            /**
                             * @description the item at fault
                             * @example item-456
                             */
                            item_id?: string;
                            /**
                             * @description the shop's own text
                             * @example only 1 is left
                             */
                            message: string;
                        }[];
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/cart-merged-into-itself" | "/problems/quantity-limit" | "/problems/line-limit" | "/problems/amount-limit" | "/problems/size-limit" | "/problems/event-limit" | "/problems/change-refused";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The shop's check does not answer; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/check-unavailable" | "/problems/timeout";
                    };
                };
            };
        };
    };
    purchaseCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "order_id": "order-789"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description the order that the cart became
                     * @example order-789
                     */
                    order_id: string;
                };
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 4,
                     *       "events": [
                     *         {
                     *           "type": "CartPurchased",
                     *           "version": 4,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is empty */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-empty";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    reopenCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 4,
                     *       "events": [
                     *         {
                     *           "type": "CartReopened",
                     *           "version": 4,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The cart has had too many changes */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/event-limit";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    submitCart: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id, chosen by the client
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "CartSubmitted",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CommandAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description There is no such cart */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart was purchased; The cart was merged into another; The cart is empty */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the order that the cart became
                         * @example order-789
                         */
                        order_id?: string;
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/cart-closed" | "/problems/cart-merged" | "/problems/cart-empty";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The cart's amounts would be too great; The shop refused the change */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description the shop's reasons
                         * @example [
                         *       {
                         *         "code": "OUT_OF_STOCK",
                         *         "message": "only 1 is left",
                         *         "item_id": "item-456"
                         *       }
                         *     ]
                         */
                        reasons?: {
                            /**
                             * @description the shop's own code
                             * @example OUT_OF_STOCK
                             */
                            code: string;
                            /**
                             * @description the item at fault
                             * @example item-456
                             */
                            item_id?: string;
                            /**
                             * @description the shop's own text
                             * @example only 1 is left
                             */
                            message: string;
                        }[];
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/amount-limit" | "/problems/change-refused";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The shop's check does not answer; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/check-unavailable" | "/problems/timeout";
                    };
                };
            };
        };
    };
    getDocumentPage: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that the client has: 304 if one of them is that of the answer */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "Cache-Control": "no-cache";
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    "Cache-Control": "no-cache";
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
        };
    };
    getDocumentPageFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that the client has: 304 if one of them is that of the answer */
                "If-None-Match"?: string;
            };
            path: {
                /** @example swagger-ui.css */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "Cache-Control": "public, max-age=3600";
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "text/css": string;
                    "text/javascript": string;
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    "Cache-Control": "public, max-age=3600";
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is malformed */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/bad-request";
                    };
                };
            };
            /** @description Nothing exists at this address */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is serving; dependencies are not checked. */
            200: {
                headers: {
                    "Cache-Control": "no-store";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics in Prometheus' text format. */
            200: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
        };
    };
    getOpenApiDocument: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that the client has: 304 if one of them is that of the answer */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document, in OpenAPI 3.1. */
            200: {
                headers: {
                    "Cache-Control": "no-cache";
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.1"
                     *     }
                     */
                    "application/json": {
                        /** @example 3.1.1 */
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    "Cache-Control": "no-cache";
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    "Cache-Control": "no-store";
                    /** @description INSTANCE_ID of the process that answers, if it has one */
                    "Instance-Id"?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "checks": {
                     *         "database": "ok"
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @description `ok` or the reason for the failure, by dependency */
                        checks: {
                            [key: string]: string;
                        };
                        /** @enum {unknown} */
                        status: "ready" | "not ready" | "stopping";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Not ready; see `checks`. */
            503: {
                headers: {
                    "Cache-Control": "no-store";
                    /** @description INSTANCE_ID of the process that answers, if it has one */
                    "Instance-Id"?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "not ready",
                     *       "checks": {
                     *         "database": "no answer within 2000 ms"
                     *       }
                     *     }
                     */
                    "application/json": {
                        /** @description `ok` or the reason for the failure, by dependency */
                        checks: {
                            [key: string]: string;
                        };
                        /** @enum {unknown} */
                        status: "ready" | "not ready" | "stopping";
                    };
                };
            };
        };
    };
    updateCartAbandonedPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the shop
                 * @example default
                 */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Standard",
                 *       "abandoned_minutes": 60,
                 *       "quiet_time_from": "22:00:00",
                 *       "quiet_time_to": "08:00:00",
                 *       "time_zone": "Europe/Berlin",
                 *       "reminders": [
                 *         60,
                 *         1440,
                 *         7200
                 *       ],
                 *       "checkout_abandoned_minutes": 120,
                 *       "overtaken_reminders": "skip",
                 *       "max_reminders_per_day": 1
                 *     }
                 */
                "application/json": components["schemas"]["CartAbandonedPolicy"];
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "34956b28-8beb-5341-8fb8-f77c570cb2a3",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "TenantCartAbandonedPolicyUpdated",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PolicyAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description The tenant has no policy */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The quiet time is not valid; The time zone is not known; The reminders are not valid */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/quiet-time-invalid" | "/problems/time-zone-unknown" | "/problems/reminders-invalid";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    createCartAbandonedPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the shop
                 * @example default
                 */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Standard",
                 *       "abandoned_minutes": 60,
                 *       "quiet_time_from": "22:00:00",
                 *       "quiet_time_to": "08:00:00",
                 *       "time_zone": "Europe/Berlin",
                 *       "reminders": [
                 *         60,
                 *         1440,
                 *         7200
                 *       ],
                 *       "checkout_abandoned_minutes": 120,
                 *       "overtaken_reminders": "skip",
                 *       "max_reminders_per_day": 1
                 *     }
                 */
                "application/json": components["schemas"]["CartAbandonedPolicy"];
            };
        };
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "34956b28-8beb-5341-8fb8-f77c570cb2a3",
                     *       "version": 1,
                     *       "events": [
                     *         {
                     *           "type": "TenantCartAbandonedPolicyCreated",
                     *           "version": 1,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PolicyAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description The tenant already has a policy */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/policy-exists";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large; The quiet time is not valid; The time zone is not known; The reminders are not valid */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large" | "/problems/quiet-time-invalid" | "/problems/time-zone-unknown" | "/problems/reminders-invalid";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    removeCartAbandonedPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters; the same key with the same request gets the stored answer and executes nothing */
                "Idempotency-Key"?: string;
                /** @description execute the command only at this version, an ETag of this API, or at one of several; `*` for any version, if it exists */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description the shop
                 * @example default
                 */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The command was executed and its events are stored. */
            200: {
                headers: {
                    /** @description the version after the command */
                    ETag: string;
                    /** @description the stored answer to an earlier request with this key; nothing was executed */
                    "Idempotency-Replayed"?: "true";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "aggregate_id": "34956b28-8beb-5341-8fb8-f77c570cb2a3",
                     *       "version": 3,
                     *       "events": [
                     *         {
                     *           "type": "TenantCartAbandonedPolicyRemoved",
                     *           "version": 3,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "status": "success",
                     *       "executed_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PolicyAnswer"];
                };
            };
            /** @description The request is not valid; The request is malformed */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description The tenant has no policy */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The cart is in the archive */
            410: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * Format: date-time
                         * @example 2026-11-23T22:06:04.670Z
                         */
                        archived_at: string;
                        /**
                         * Format: uuid
                         * @description the archived cart
                         * @example 550e8400-e29b-41d4-a716-446655440000
                         */
                        cart_id: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
                    };
                };
            };
            /** @description The version does not match */
            412: {
                headers: {
                    /** @description the current version, unless it is 0 */
                    ETag?: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /**
                         * @description 0 if the cart or policy does not exist
                         * @example 3
                         */
                        current_version: number;
                        /** @constant */
                        status: 412;
                        /** @enum {unknown} */
                        type: "/problems/version-mismatch";
                    };
                };
            };
            /** @description The tenant has moved to another cell */
            421: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 421;
                        /** @enum {unknown} */
                        type: "/problems/tenant-moved";
                    };
                };
            };
            /** @description The idempotency key was used for another request; The command's events are too large */
            422: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 422;
                        /** @enum {unknown} */
                        type: "/problems/idempotency-key-reused" | "/problems/command-too-large";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description Too many commands are waiting; Too many concurrent changes; The service is not available; It is not known whether the command was executed; The tenant is moving to another cell; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/overloaded" | "/problems/contended" | "/problems/unavailable" | "/problems/outcome-unknown" | "/problems/tenant-moving" | "/problems/timeout";
                    };
                };
            };
        };
    };
    eraseShopper: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description the shop
                 * @example default
                 */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_id": "user-123"
                 *     }
                 */
                "application/json": components["schemas"]["EraseShopper"];
            };
        };
        responses: {
            /** @description The erasure has begun, and goes on whatever happens to this process. */
            202: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "erasure_id": "9f1c2b3a-4d5e-4f60-8a7b-1c2d3e4f5a6b",
                     *       "requested_at": "2026-11-23T22:06:04.670Z",
                     *       "due_at": "2026-11-23T23:06:04.670Z",
                     *       "status": "pending"
                     *     }
                     */
                    "application/json": components["schemas"]["ErasureStarted"];
                };
            };
            /** @description The request is not valid; The request is malformed; The request body is not valid JSON */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request" | "/problems/malformed-json";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description The service is not set up to erase a shopper */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/erasure-not-possible";
                    };
                };
            };
            /** @description The request body is too large */
            413: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 413;
                        /** @enum {unknown} */
                        type: "/problems/payload-too-large";
                    };
                };
            };
            /** @description The request body has an unsupported type */
            415: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 415;
                        /** @enum {unknown} */
                        type: "/problems/unsupported-media-type";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description The service is not available; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/unavailable" | "/problems/timeout";
                    };
                };
            };
        };
    };
    getErasure: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description the erasure's id
                 * @example 9f1c2b3a-4d5e-4f60-8a7b-1c2d3e4f5a6b
                 */
                erasure_id: string;
                /**
                 * @description the shop
                 * @example default
                 */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far the erasure is. */
            200: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "erasure_id": "9f1c2b3a-4d5e-4f60-8a7b-1c2d3e4f5a6b",
                     *       "requested_at": "2026-11-23T22:06:04.670Z",
                     *       "due_at": "2026-11-23T23:06:04.670Z",
                     *       "status": "pending",
                     *       "requested_by": null,
                     *       "steps": [
                     *         {
                     *           "place": "keys",
                     *           "first_pass_at": null,
                     *           "second_pass_at": null,
                     *           "waits_for": null
                     *         },
                     *         {
                     *           "place": "read_model",
                     *           "first_pass_at": null,
                     *           "second_pass_at": null,
                     *           "waits_for": null
                     *         },
                     *         {
                     *           "place": "timers",
                     *           "first_pass_at": null,
                     *           "second_pass_at": null,
                     *           "waits_for": null
                     *         },
                     *         {
                     *           "place": "event_store",
                     *           "first_pass_at": null,
                     *           "second_pass_at": null,
                     *           "waits_for": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description The request is not valid; The request is malformed */
            400: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 400;
                        /** @enum {unknown} */
                        type: "/problems/validation" | "/problems/bad-request";
                    };
                };
            };
            /** @description The request needs a valid token */
            401: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 401;
                        /** @enum {unknown} */
                        type: "/problems/unauthorized";
                    };
                };
            };
            /** @description The token does not allow this */
            403: {
                headers: {
                    "WWW-Authenticate": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 403;
                        /** @enum {unknown} */
                        type: "/problems/forbidden";
                    };
                };
            };
            /** @description There is no such erasure */
            404: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 404;
                        /** @enum {unknown} */
                        type: "/problems/not-found";
                    };
                };
            };
            /** @description The service is not set up to erase a shopper */
            409: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 409;
                        /** @enum {unknown} */
                        type: "/problems/erasure-not-possible";
                    };
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 429;
                        /** @enum {unknown} */
                        type: "/problems/rate-limited";
                    };
                };
            };
            /** @description The service is not available; The request took too long */
            503: {
                headers: {
                    /** @description seconds to wait before the next attempt */
                    "Retry-After": string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status: 503;
                        /** @enum {unknown} */
                        type: "/problems/unavailable" | "/problems/timeout";
                    };
                };
            };
        };
    };
}
