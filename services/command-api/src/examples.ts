/** The values that the examples of the OpenAPI document share: each request's example can be sent as it is, and each answer's is consistent. */
export const exampleCartId = "550e8400-e29b-41d4-a716-446655440000";
export const exampleTargetId = "550e8400-e29b-41d4-a716-446655440001";
/** The erasure of the examples. */
export const exampleErasureId = "9f1c2b3a-4d5e-4f60-8a7b-1c2d3e4f5a6b";
export const exampleTime = "2026-11-23T22:06:04.670Z";
