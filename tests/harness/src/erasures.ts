import { waitUntil } from "@cart/tools/own-servers";

/** Sends a request to command-api and returns the JSON of its answer. Throws unless the answer is a success. */
export type SendAccepted = (method: string, path: string, body?: object) => Promise<Readonly<Record<string, unknown>>>;

/** Requests the erasure of a user of the tenant and returns its id. */
export const requestErasure = async (send: SendAccepted, tenantId: string, userId: string): Promise<string> => {
  const { erasure_id: id } = await send("POST", `/tenants/${tenantId}/erasures`, { user_id: userId });
  return String(id);
};

/** Waits until the erasures of the tenant are done. */
export const untilErased = (send: SendAccepted, tenantId: string, ids: readonly string[], seconds: number): Promise<void> =>
  waitUntil("the erasures to be done", seconds, async () => {
    for (const id of ids) {
      const receipt = await send("GET", `/tenants/${tenantId}/erasures/${id}`);
      if (receipt["status"] !== "done") throw new Error(JSON.stringify(receipt).slice(0, 600));
    }
  });
