type Client = { readonly connect: () => Promise<void>; readonly disconnect: () => Promise<void> };

/**
 * Connects a client of kafkajs. A client that cannot connect is disconnected, because it keeps the connections to brokers
 * that accepted it and then did not answer.
 */
export const connected = async <C extends Client>(client: C): Promise<C> => {
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.disconnect().catch(() => undefined);
    throw error;
  }
};
