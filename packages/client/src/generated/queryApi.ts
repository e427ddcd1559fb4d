// Made from the OpenAPI document of query-api by npm run generate:client. Do not edit it.
export interface paths {
    "/carts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a cart as it is, or as it was
         * @description The read model is briefly behind the writes: `min_version` waits for the version that a command answered. With `at_version` the cart is folded from its events.
         */
        get: operations["getCart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/events-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a ticket with which a browser opens the stream of a cart
         * @description An `EventSource` cannot send a token. Pass the ticket as the query parameter `ticket` within a minute; it opens the stream of this cart only, for as long as the token is valid.
         */
        post: operations["issueEventsTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the events of a cart
         * @description Read from the event store: never behind a command that was answered.
         */
        get: operations["getCartHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/carts/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the events of a cart as they happen
         * @description Server-sent events: one message for each version, in order, none missing or repeated. A message is sent when the read model has its version. An `EventSource` that reconnects resumes where it was.
         */
        get: operations["followCart"];
        put?: never;
        post?: never;
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
        /**
         * Get a tenant's policy: when its carts count as abandoned
         * @description The read model is briefly behind the writes: `min_version` waits for the version that a command answered.
         */
        get: operations["getCartAbandonedPolicy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant_id}/cart-funnel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count how far a tenant's carts got, day by day */
        get: operations["getCartFunnel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenant_id}/carts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a tenant's carts, newest first
         * @description With `order_by=last_activity`, a cart that changes between two pages moves to the front.
         */
        get: operations["listCartsOfTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{user_id}/cart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user's current cart
         * @description The OPEN or SUBMITTED cart that changed last, or else the ABANDONED one that changed last, which its customer's next change reopens. A SUBMITTED cart is at checkout: its customer pays, or reopens it. 404 if the user has none of these.
         */
        get: operations["getCurrentCartOfUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{user_id}/carts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a user's carts, newest first
         * @description With `order_by=last_activity`, a cart that changes between two pages moves to the front.
         */
        get: operations["listCartsOfUser"];
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
        Cart: {
            /**
             * @description null for a cart that was never abandoned
             * @example null
             */
            abandoned_at: string | null;
            /**
             * @description discounts, shipping, taxes and fees, which the shop computes
             * @example []
             */
            adjustments: {
                /**
                 * @description what it adds to the total, in the cart's currency; a discount is negative
                 * @example -5
                 */
                amount: number;
                /** @enum {unknown} */
                kind: "discount" | "shipping" | "tax" | "fee";
                /**
                 * @description for display
                 * @example Spring sale
                 */
                label?: string;
                /**
                 * @description what the shop calls the cause
                 * @example SPRING
                 */
                reference?: string;
            }[];
            /**
             * @description whether a line has changed since the adjustments were set
             * @example false
             */
            adjustments_stale: boolean;
            /**
             * @description the shop's data on the cart, such as a note or a locale
             * @example {}
             */
            attributes: {
                [key: string]: string | number | boolean;
            };
            /**
             * Format: date-time
             * @description when the cart was created
             * @example 2026-11-23T22:06:04.670Z
             */
            created_at: string;
            /**
             * @description ISO 4217
             * @example USD
             */
            currency: string;
            /**
             * Format: uuid
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            id: string;
            /**
             * @description units of all lines
             * @example 2
             */
            item_count: number;
            /** @description the lines, in the order in which they were first added */
            items: {
                /**
                 * @description the shop's data on the line
                 * @example {}
                 */
                attributes: {
                    [key: string]: string | number | boolean;
                };
                /** @example item-456 */
                item_id: string;
                /**
                 * @description the line's id in this cart; an item whose lines differ in their attributes has several
                 * @example item-456
                 */
                line_id: string;
                /**
                 * @description price times quantity, in the cart's currency
                 * @example 59.98
                 */
                line_total: number;
                /**
                 * @description the item's name, for display
                 * @example Coffee cup
                 */
                name: string | null;
                /**
                 * @description price of one unit, in the cart's currency
                 * @example 29.99
                 */
                price: number;
                /** @example 2 */
                quantity: number;
            }[];
            /**
             * @description sum of all lines, in the cart's currency
             * @example 59.98
             */
            items_amount: number;
            /**
             * @description lines
             * @example 1
             */
            line_count: number;
            /**
             * @description the id of the cart that took the lines of a MERGED cart
             * @example null
             */
            merged_into: string | null;
            /**
             * @description the order that a CLOSED cart became
             * @example null
             */
            order_id: string | null;
            /**
             * @description OPEN carts take changes, a change reopens an ABANDONED cart, SUBMITTED carts are in checkout, CLOSED carts were purchased, MERGED carts gave their lines to another
             * @enum {unknown}
             */
            status: "OPEN" | "ABANDONED" | "SUBMITTED" | "CLOSED" | "MERGED";
            /** @example default */
            tenant_id: string;
            /**
             * @description items_amount with the adjustments; never below 0, in the cart's currency
             * @example 59.98
             */
            total_amount: number;
            /**
             * Format: date-time
             * @description when the cart last changed
             * @example 2026-11-23T22:06:04.670Z
             */
            updated_at: string;
            /** @example user-123 */
            user_id: string;
            /**
             * @description the cart's version in this answer
             * @example 2
             */
            version: number;
        };
        /** @description when a tenant's carts count as abandoned */
        CartAbandonedPolicy: {
            /**
             * @description minutes without activity after which a cart with items counts as abandoned
             * @example 60
             */
            abandoned_minutes: number;
            /**
             * @description minutes without activity after which a submitted cart counts as abandoned; null for never
             * @example 120
             */
            checkout_abandoned_minutes: number | null;
            /**
             * Format: date-time
             * @description when the policy was created
             * @example 2026-11-23T22:06:04.670Z
             */
            created_at: string;
            /**
             * @description the limit of reminders to one user on one day of the time zone; null for no limit
             * @example 1
             */
            max_reminders_per_day: number | null;
            /**
             * @description of reminders that fall due together, `skip` sends only the latest; `move` sends all at their original distances
             * @example skip
             * @enum {unknown}
             */
            overtaken_reminders: "skip" | "move";
            /**
             * @description local time at which quiet time begins; null if there is none
             * @example 22:00:00
             */
            quiet_time_from: string | null;
            /**
             * @description local time at which quiet time ends; null if there is none
             * @example 08:00:00
             */
            quiet_time_to: string | null;
            /**
             * @description minutes after the abandonment, ascending
             * @example [
             *       60,
             *       1440,
             *       7200
             *     ]
             */
            reminders: number[];
            /** @example default */
            tenant_id: string;
            /**
             * @description IANA name of the time zone of quiet time
             * @example Europe/Berlin
             */
            time_zone: string;
            /** @example Standard */
            title: string;
            /**
             * Format: date-time
             * @description when the policy last changed
             * @example 2026-11-23T22:06:04.670Z
             */
            updated_at: string;
            /**
             * @description the policy's version in this answer
             * @example 2
             */
            version: number;
        };
        CartEvent: {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example USD */
                currency: string;
                /** @example default */
                tenant_id: string;
                /** @example user-123 */
                user_id: string;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartCreated";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /**
                 * @description all attributes of the cart from now on
                 * @example {
                 *       "locale": "da-DK"
                 *     }
                 */
                attributes: {
                    [key: string]: string | number | boolean;
                };
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartAttributesChanged";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @description all adjustments of the cart from now on */
                adjustments: {
                    /**
                     * @description what it adds to the total, in the cart's currency; a discount is negative
                     * @example -5
                     */
                    amount: number;
                    /** @enum {unknown} */
                    kind: "discount" | "shipping" | "tax" | "fee";
                    /**
                     * @description for display
                     * @example Spring sale
                     */
                    label?: string;
                    /**
                     * @description what the shop calls the cause
                     * @example SPRING
                     */
                    reference?: string;
                }[];
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartAdjustmentsChanged";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example EUR */
                currency: string;
                /** @example USD */
                previous_currency: string;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartCurrencyChanged";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example guest-1 */
                previous_user_id: string;
                /** @example user-123 */
                user_id: string;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartClaimed";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /**
                 * @description the shop's data on the line
                 * @example {
                 *       "size": "L"
                 *     }
                 */
                attributes?: {
                    [key: string]: string | number | boolean;
                };
                /** @example item-456 */
                item_id: string;
                /**
                 * @description the line's id in the cart
                 * @example item-456
                 */
                line_id: string;
                /** @example Coffee cup */
                name?: string;
                /**
                 * @description the line's price before, if this event changed it
                 * @example null
                 */
                previous_price: number | null;
                /**
                 * @description in the cart's currency
                 * @example 29.99
                 */
                price: number;
                /**
                 * @description units added
                 * @example 2
                 */
                quantity: number;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "ItemAddedToCart";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example item-456 */
                item_id: string;
                /**
                 * @description the line's id in the cart
                 * @example item-456
                 */
                line_id: string;
                /** @example 1 */
                quantity: number;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "ItemQuantityChanged";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example item-456 */
                item_id: string;
                /**
                 * @description the line's id in the cart
                 * @example item-456
                 */
                line_id: string;
                /**
                 * @description in the cart's currency
                 * @example 29.99
                 */
                previous_price: number;
                /**
                 * @description in the cart's currency
                 * @example 29.99
                 */
                price: number;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "ItemPriceChanged";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example item-456 */
                item_id: string;
                /**
                 * @description the line's id in the cart
                 * @example item-456
                 */
                line_id: string;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "ItemRemovedFromCart";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: Record<string, never>;
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartCleared";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example 1 */
                item_count: number;
                /** @example 1 */
                line_count: number;
                /**
                 * @description in the cart's currency
                 * @example 29.99
                 */
                total_amount: number;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartSubmitted";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: Record<string, never>;
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartReopened";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example 1 */
                abandoned_after_minutes: number;
                /**
                 * Format: date-time
                 * @example 2026-11-23T22:06:04.670Z
                 */
                last_activity_at: string;
                /**
                 * @description where the customer left the cart: open, or submitted to checkout
                 * @enum {unknown}
                 */
                stage: "cart" | "checkout";
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartAbandoned";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example 1 */
                after_minutes: number;
                /** @example 1 */
                step: number;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartAbandonmentReminderDue";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example order-789 */
                order_id: string;
                /**
                 * @description in the cart's currency
                 * @example 29.99
                 */
                total_amount: number;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartPurchased";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                strategy: "add" | "max";
                /**
                 * Format: uuid
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                target_cart_id: string;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartMergedInto";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @description the lines that are new or have another quantity, as they are after this event */
                lines: {
                    /**
                     * @description the shop's data on the line
                     * @example {
                     *       "size": "L"
                     *     }
                     */
                    attributes?: {
                        [key: string]: string | number | boolean;
                    };
                    /** @example item-456 */
                    item_id: string;
                    /**
                     * @description the line's id in the cart
                     * @example item-456
                     */
                    line_id: string;
                    /** @example Coffee cup */
                    name?: string;
                    /**
                     * @description in the cart's currency
                     * @example 29.99
                     */
                    price: number;
                    /** @example 1 */
                    quantity: number;
                }[];
                /**
                 * Format: uuid
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                source_cart_id: string;
                strategy: "add" | "max";
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartMergedFrom";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        } | {
            /**
             * @description the user whose command caused it, if known; only the history has it, and only for administrators
             * @example user-123
             */
            actor?: string;
            /**
             * @description correlation id of the request that caused it
             * @example 018f4e5a-0000-7000-8000-000000000001
             */
            correlation_id: string;
            data: {
                /** @example 1 */
                events: number;
                /**
                 * @description the object of the archive that has the cart's events
                 * @example carts/t-shop-1/550e8400-e29b-41d4-a716-446655440000/12.ndjson.gz
                 */
                object_key: string;
            };
            /**
             * Format: uuid
             * @example 019ab2c4-3f00-7000-8000-000000000001
             */
            event_id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T22:06:04.670Z
             */
            occurred_at: string;
            /**
             * @description schema version of `data`: an event is always shown in the newest form of its type
             * @example 1
             */
            schema_version: number;
            /**
             * @description the trace of the request that caused it, if it had one; shown as `actor` is
             * @example 4bf92f3577b34da6a3ce929d0e0e4736
             */
            trace_id?: string;
            /** @constant */
            type: "CartArchived";
            /**
             * @description the cart's version after this event
             * @example 1
             */
            version: number;
        };
        CartFunnel: {
            /** @description every day of the range; a cart counts once for each milestone, on the day on which it first reached it */
            days: {
                /**
                 * @description carts that were abandoned
                 * @example 1
                 */
                abandoned: number;
                /**
                 * @description carts that were abandoned at checkout; they count as abandoned too
                 * @example 0
                 */
                checkout_abandoned: number;
                /**
                 * @description carts that were created
                 * @example 5
                 */
                created: number;
                /**
                 * Format: date
                 * @description in UTC
                 * @example 2026-11-23
                 */
                day: string;
                /**
                 * @description carts that became an order
                 * @example 2
                 */
                purchased: number;
                /**
                 * @description carts that became an order after they had been abandoned
                 * @example 0
                 */
                recovered: number;
                /**
                 * @description carts that went to checkout
                 * @example 3
                 */
                submitted: number;
                /**
                 * @description carts that got their first item
                 * @example 5
                 */
                with_items: number;
            }[];
            /** @example default */
            tenant_id: string;
            /** @description over all days */
            total: {
                /**
                 * @description carts that were abandoned
                 * @example 1
                 */
                abandoned: number;
                /**
                 * @description carts that were abandoned at checkout; they count as abandoned too
                 * @example 0
                 */
                checkout_abandoned: number;
                /**
                 * @description carts that were created
                 * @example 5
                 */
                created: number;
                /**
                 * @description carts that became an order
                 * @example 2
                 */
                purchased: number;
                /**
                 * @description carts that became an order after they had been abandoned
                 * @example 0
                 */
                recovered: number;
                /**
                 * @description carts that went to checkout
                 * @example 3
                 */
                submitted: number;
                /**
                 * @description carts that got their first item
                 * @example 5
                 */
                with_items: number;
            };
        };
        CartList: {
            /** @description newest first, by created_at or by updated_at */
            carts: components["schemas"]["CartSummary"][];
            /**
             * @description the `cursor` of the next page; null on the last page
             * @example null
             */
            next_cursor: string | null;
        };
        /** @description a cart without its lines */
        CartSummary: {
            /**
             * @description null for a cart that was never abandoned
             * @example null
             */
            abandoned_at: string | null;
            /**
             * @description discounts, shipping, taxes and fees, which the shop computes
             * @example []
             */
            adjustments: {
                /**
                 * @description what it adds to the total, in the cart's currency; a discount is negative
                 * @example -5
                 */
                amount: number;
                /** @enum {unknown} */
                kind: "discount" | "shipping" | "tax" | "fee";
                /**
                 * @description for display
                 * @example Spring sale
                 */
                label?: string;
                /**
                 * @description what the shop calls the cause
                 * @example SPRING
                 */
                reference?: string;
            }[];
            /**
             * @description whether a line has changed since the adjustments were set
             * @example false
             */
            adjustments_stale: boolean;
            /**
             * @description the shop's data on the cart, such as a note or a locale
             * @example {}
             */
            attributes: {
                [key: string]: string | number | boolean;
            };
            /**
             * Format: date-time
             * @description when the cart was created
             * @example 2026-11-23T22:06:04.670Z
             */
            created_at: string;
            /**
             * @description ISO 4217
             * @example USD
             */
            currency: string;
            /**
             * Format: uuid
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            id: string;
            /**
             * @description units of all lines
             * @example 2
             */
            item_count: number;
            /**
             * @description sum of all lines, in the cart's currency
             * @example 59.98
             */
            items_amount: number;
            /**
             * @description lines
             * @example 1
             */
            line_count: number;
            /**
             * @description the id of the cart that took the lines of a MERGED cart
             * @example null
             */
            merged_into: string | null;
            /**
             * @description the order that a CLOSED cart became
             * @example null
             */
            order_id: string | null;
            /**
             * @description OPEN carts take changes, a change reopens an ABANDONED cart, SUBMITTED carts are in checkout, CLOSED carts were purchased, MERGED carts gave their lines to another
             * @enum {unknown}
             */
            status: "OPEN" | "ABANDONED" | "SUBMITTED" | "CLOSED" | "MERGED";
            /** @example default */
            tenant_id: string;
            /**
             * @description items_amount with the adjustments; never below 0, in the cart's currency
             * @example 59.98
             */
            total_amount: number;
            /**
             * Format: date-time
             * @description when the cart last changed
             * @example 2026-11-23T22:06:04.670Z
             */
            updated_at: string;
            /** @example user-123 */
            user_id: string;
            /**
             * @description the cart's version in this answer
             * @example 2
             */
            version: number;
        };
        EventsTicket: {
            /**
             * Format: date-time
             * @description until then the ticket opens streams
             * @example 2026-11-23T22:06:04.670Z
             */
            expires_at: string;
            /**
             * @description for the query parameter `ticket` of the cart's stream
             * @example eyJhbGciOiJIUzI1NiJ9.e30.c2ln
             */
            ticket: string;
        };
        History: {
            /**
             * Format: uuid
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            cart_id: string;
            /** @description in the order of their versions, which have no gaps */
            events: components["schemas"]["CartEvent"][];
            /**
             * @description the `after_version` of the next page; null while there is no further event
             * @example null
             */
            next_after_version: number | null;
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
    getCart: {
        parameters: {
            query?: {
                /** @description show the cart as it was at this version; not together with min_version */
                at_version?: number;
                /** @description wait until the cart has at least this version */
                min_version?: number;
            };
            header?: {
                /** @description ETags that the client has: 304 if one of them is that of the answer */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description the cart's id
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cart. */
            200: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description the version in this answer */
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "user_id": "user-123",
                     *       "tenant_id": "default",
                     *       "status": "OPEN",
                     *       "currency": "USD",
                     *       "items_amount": 59.98,
                     *       "adjustments": [],
                     *       "adjustments_stale": false,
                     *       "total_amount": 59.98,
                     *       "item_count": 2,
                     *       "line_count": 1,
                     *       "order_id": null,
                     *       "merged_into": null,
                     *       "abandoned_at": null,
                     *       "attributes": {},
                     *       "version": 2,
                     *       "created_at": "2026-11-23T22:06:04.670Z",
                     *       "updated_at": "2026-11-23T22:06:04.670Z",
                     *       "items": [
                     *         {
                     *           "line_id": "item-456",
                     *           "item_id": "item-456",
                     *           "name": "Coffee cup",
                     *           "attributes": {},
                     *           "quantity": 2,
                     *           "price": 29.99,
                     *           "line_total": 59.98
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description The client has this version. */
            304: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description the version in this answer */
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content?: never;
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
            /** @description There is no such cart; The cart does not have this version */
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
                        type: "/problems/not-found" | "/problems/version-not-found";
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
                         * @description the object of the archive that has the cart's events
                         * @example carts/t-shop-1/550e8400-e29b-41d4-a716-446655440000/12.ndjson.gz
                         */
                        object_key: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
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
            /** @description The service is not available; The cart does not have this version yet; The request took too long */
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
                        type: "/problems/unavailable" | "/problems/version-not-reached" | "/problems/timeout";
                    };
                };
            };
        };
    };
    issueEventsTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description the cart's id
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket. */
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
                     *       "ticket": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
                     *       "expires_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EventsTicket"];
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
    getCartHistory: {
        parameters: {
            query?: {
                /** @description show the events after this version */
                after_version?: number;
                /** @description the most events in the answer */
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description the cart's id
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events. */
            200: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "cart_id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "events": [
                     *         {
                     *           "event_id": "019ab2c4-3f00-7000-8000-000000000001",
                     *           "type": "CartCreated",
                     *           "version": 1,
                     *           "schema_version": 1,
                     *           "occurred_at": "2026-11-23T22:06:04.670Z",
                     *           "correlation_id": "018f4e5a-0000-7000-8000-000000000001",
                     *           "actor": "user-123",
                     *           "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                     *           "data": {
                     *             "user_id": "user-123",
                     *             "tenant_id": "default",
                     *             "currency": "USD"
                     *           }
                     *         }
                     *       ],
                     *       "next_after_version": null
                     *     }
                     */
                    "application/json": components["schemas"]["History"];
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
                         * @description the object of the archive that has the cart's events
                         * @example carts/t-shop-1/550e8400-e29b-41d4-a716-446655440000/12.ndjson.gz
                         */
                        object_key: string;
                        /** @constant */
                        status: 410;
                        /** @enum {unknown} */
                        type: "/problems/cart-archived";
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
    followCart: {
        parameters: {
            query?: {
                /** @description send the events after this version */
                after_version?: number;
                /** @description instead of a token, which an `EventSource` cannot send: the `ticket` of a POST to …/events-ticket */
                ticket?: string;
            };
            header?: {
                /** @description send the events after this version */
                "Last-Event-ID"?: number;
            };
            path: {
                /**
                 * @description the cart's id
                 * @example 550e8400-e29b-41d4-a716-446655440000
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream, which ends with the last event of a cart that is purchased or merged. */
            200: {
                headers: {
                    "Cache-Control": "private, no-cache, no-transform";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        /** @description the event as the history shows it */
                        data: string;
                        /** @constant */
                        event: "cart";
                        /** @description the cart's version after the event */
                        id: string;
                    };
                };
            };
            /** @description The client has the last event of the cart: an `EventSource` does not connect again. */
            204: {
                headers: {
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content?: never;
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
            /** @description The user has too many open streams; Too many requests */
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
                        type: "/problems/too-many-streams-of-user" | "/problems/rate-limited";
                    };
                };
            };
            /** @description The service is not available; The service takes no more streams now; The request took too long */
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
                        type: "/problems/unavailable" | "/problems/too-many-streams" | "/problems/timeout";
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
    getCartAbandonedPolicy: {
        parameters: {
            query?: {
                /** @description wait until the policy has at least this version */
                min_version?: number;
            };
            header?: {
                /** @description ETags that the client has: 304 if one of them is that of the answer */
                "If-None-Match"?: string;
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
            /** @description The policy. */
            200: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description the version in this answer */
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenant_id": "default",
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
                     *       "max_reminders_per_day": 1,
                     *       "version": 2,
                     *       "created_at": "2026-11-23T22:06:04.670Z",
                     *       "updated_at": "2026-11-23T22:06:04.670Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CartAbandonedPolicy"];
                };
            };
            /** @description The client has this version. */
            304: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description the version in this answer */
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content?: never;
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
            /** @description The service is not available; The policy does not have this version yet; The request took too long */
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
                        type: "/problems/unavailable" | "/problems/version-not-reached" | "/problems/timeout";
                    };
                };
            };
        };
    };
    getCartFunnel: {
        parameters: {
            query: {
                /**
                 * @description the first day, in UTC
                 * @example 2026-11-23
                 */
                from: string;
                /**
                 * @description the last day, in UTC; the range has at most 366 days
                 * @example 2026-11-23
                 */
                to: string;
            };
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
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenant_id": "default",
                     *       "total": {
                     *         "created": 5,
                     *         "with_items": 5,
                     *         "submitted": 3,
                     *         "purchased": 2,
                     *         "abandoned": 1,
                     *         "recovered": 0,
                     *         "checkout_abandoned": 0
                     *       },
                     *       "days": [
                     *         {
                     *           "day": "2026-11-23",
                     *           "created": 5,
                     *           "with_items": 5,
                     *           "submitted": 3,
                     *           "purchased": 2,
                     *           "abandoned": 1,
                     *           "recovered": 0,
                     *           "checkout_abandoned": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CartFunnel"];
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
    listCartsOfTenant: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the previous page */
                cursor?: string;
                /** @description the most carts in the answer */
                limit?: number;
                /** @description newest first by this time: by default created_at, or last_activity with updated_since. last_activity is updated_at */
                order_by?: "created_at" | "last_activity";
                /** @description only carts with one of these: OPEN, ABANDONED, SUBMITTED, CLOSED, MERGED. Several are separated by commas, or named by several parameters */
                status?: string;
                /** @description only carts that last changed then or later */
                updated_since?: string;
            };
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
        requestBody?: never;
        responses: {
            /** @description A page of carts; empty if there are none. */
            200: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "carts": [
                     *         {
                     *           "id": "550e8400-e29b-41d4-a716-446655440000",
                     *           "user_id": "user-123",
                     *           "tenant_id": "default",
                     *           "status": "OPEN",
                     *           "currency": "USD",
                     *           "items_amount": 59.98,
                     *           "adjustments": [],
                     *           "adjustments_stale": false,
                     *           "total_amount": 59.98,
                     *           "item_count": 2,
                     *           "line_count": 1,
                     *           "order_id": null,
                     *           "merged_into": null,
                     *           "abandoned_at": null,
                     *           "attributes": {},
                     *           "version": 2,
                     *           "created_at": "2026-11-23T22:06:04.670Z",
                     *           "updated_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["CartList"];
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
    getCurrentCartOfUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags that the client has: 304 if one of them is that of the answer */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description the user who owns the carts
                 * @example user-123
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cart. */
            200: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description the version in this answer */
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "550e8400-e29b-41d4-a716-446655440000",
                     *       "user_id": "user-123",
                     *       "tenant_id": "default",
                     *       "status": "OPEN",
                     *       "currency": "USD",
                     *       "items_amount": 59.98,
                     *       "adjustments": [],
                     *       "adjustments_stale": false,
                     *       "total_amount": 59.98,
                     *       "item_count": 2,
                     *       "line_count": 1,
                     *       "order_id": null,
                     *       "merged_into": null,
                     *       "abandoned_at": null,
                     *       "attributes": {},
                     *       "version": 2,
                     *       "created_at": "2026-11-23T22:06:04.670Z",
                     *       "updated_at": "2026-11-23T22:06:04.670Z",
                     *       "items": [
                     *         {
                     *           "line_id": "item-456",
                     *           "item_id": "item-456",
                     *           "name": "Coffee cup",
                     *           "attributes": {},
                     *           "quantity": 2,
                     *           "price": 29.99,
                     *           "line_total": 59.98
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description The client has this version. */
            304: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description the version in this answer */
                    ETag: string;
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content?: never;
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
    listCartsOfUser: {
        parameters: {
            query?: {
                /** @description the `next_cursor` of the previous page */
                cursor?: string;
                /** @description the most carts in the answer */
                limit?: number;
                /** @description newest first by this time: by default created_at, or last_activity with updated_since. last_activity is updated_at */
                order_by?: "created_at" | "last_activity";
                /** @description only carts with one of these: OPEN, ABANDONED, SUBMITTED, CLOSED, MERGED. Several are separated by commas, or named by several parameters */
                status?: string;
                /** @description only carts that last changed then or later */
                updated_since?: string;
            };
            header?: never;
            path: {
                /**
                 * @description the user who owns the carts
                 * @example user-123
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of carts; empty if there are none. */
            200: {
                headers: {
                    /** @description for the client alone, which asks again each time */
                    "Cache-Control": "private, no-cache";
                    /** @description identifies the request in the logs: the client's own id, or a new one */
                    "X-Correlation-Id": string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "carts": [
                     *         {
                     *           "id": "550e8400-e29b-41d4-a716-446655440000",
                     *           "user_id": "user-123",
                     *           "tenant_id": "default",
                     *           "status": "OPEN",
                     *           "currency": "USD",
                     *           "items_amount": 59.98,
                     *           "adjustments": [],
                     *           "adjustments_stale": false,
                     *           "total_amount": 59.98,
                     *           "item_count": 2,
                     *           "line_count": 1,
                     *           "order_id": null,
                     *           "merged_into": null,
                     *           "abandoned_at": null,
                     *           "attributes": {},
                     *           "version": 2,
                     *           "created_at": "2026-11-23T22:06:04.670Z",
                     *           "updated_at": "2026-11-23T22:06:04.670Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["CartList"];
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
