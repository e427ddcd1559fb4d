/** The values that the examples of the OpenAPI document share: each request's example can be sent as it is, and each answer's is consistent. */
export const exampleCartId = "550e8400-e29b-41d4-a716-446655440000";
export const exampleTime = "2026-11-23T22:06:04.670Z";
export const exampleObjectKey = "carts/t-shop-1/550e8400-e29b-41d4-a716-446655440000/12.ndjson.gz";
