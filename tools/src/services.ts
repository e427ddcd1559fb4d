export type ServiceDefinition = {
  readonly name: string;
  readonly port: number;
  /** Overrides the port. */
  readonly portVariable: string;
  readonly about: string;
};

/** Every service of the system, in the order in which they start. */
export const services: readonly ServiceDefinition[] = [
  { name: "command-api", port: 8080, portVariable: "COMMAND_API_PORT", about: "the write API" },
  { name: "query-api", port: 8081, portVariable: "QUERY_API_PORT", about: "the read API" },
  { name: "outbox-relay", port: 8082, portVariable: "OUTBOX_RELAY_PORT", about: "outbox to Kafka" },
  { name: "projector", port: 8083, portVariable: "PROJECTOR_PORT", about: "Kafka to read model" },
  { name: "cart-abandonment", port: 8084, portVariable: "CART_ABANDONMENT_PORT", about: "timers of abandoned carts" },
  { name: "console", port: 8090, portVariable: "CONSOLE_PORT", about: "carts, figures and repair in a browser" },
];
