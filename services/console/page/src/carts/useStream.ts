import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ApiError, follow, request } from "../api/client.ts";
import type { CartEvent, History } from "../api/types.ts";
import { toApiError } from "../api/useQuery.ts";

export type CartStream = {
  /** From version 1 on, without a gap. */
  readonly events: readonly CartEvent[];
  readonly isWhole: boolean;
  readonly isLive: boolean;
  /** Whether the page has stopped trying, because the token or the cart does not allow it. */
  readonly hasEnded: boolean;
  readonly error: ApiError | undefined;
  readonly reload: () => void;
};

type State = { readonly isWhole: boolean; readonly isLive: boolean; readonly hasEnded?: boolean; readonly error?: ApiError };

const pageSize = 100;
const retryMs = 2_000;

/** Reads all events of a cart, page by page, and then follows the cart. A new event is read from the history, which also says who caused it. */
export const useStream = (id: string): CartStream => {
  const [events, setEvents] = useState<readonly CartEvent[]>([]);
  const [state, setState] = useState<State>({ isWhole: false, isLive: false });
  const [asked, setAsked] = useState(0);
  const last = useRef(0);

  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const path = `/api/query/carts/${encodeURIComponent(id)}`;
    let reading: Promise<void> = Promise.resolve();

    const readOn = async (): Promise<void> => {
      for (;;) {
        const page = (await request(`${path}/history?limit=${pageSize}&after_version=${last.current}`, { signal })) as History;
        const newer = page.events.filter(({ version }) => version > last.current);
        last.current = newer.at(-1)?.version ?? last.current;
        if (newer.length > 0) setEvents((known) => [...known, ...newer]);
        if (page.next_after_version === null || newer.length === 0) break;
      }
      setState((known) => ({ isLive: known.isLive, isWhole: true }));
    };
    /** One read at a time, so that no event is added twice. */
    const read = (): Promise<void> => (reading = reading.catch(() => undefined).then(readOn));

    const stay = async (): Promise<void> => {
      while (!signal.aborted) {
        try {
          await read();
          const onEvent = (): void => void read().catch(() => undefined);
          const onOpen = (): void => setState((known) => ({ ...known, isLive: true }));
          const end = await follow(`${path}/stream?after_version=${last.current}`, onEvent, onOpen, signal);
          if (end === "finished") {
            onOpen();
            return;
          }
          setState(({ isWhole }) => ({ isWhole, isLive: false }));
        } catch (error) {
          if (signal.aborted) return;
          const failure = toApiError(error);
          const hasEnded = [400, 401, 403, 404].includes(failure.status);
          setState(({ isWhole }) => ({ isWhole, isLive: false, hasEnded, error: failure }));
          if (hasEnded) return;
        }
        await new Promise((resolve) => void setTimeout(resolve, retryMs));
      }
    };
    void stay();
    return () => abort.abort();
  }, [id, asked]);

  const reload = useCallback(() => setAsked((times) => times + 1), []);
  return { events, isWhole: state.isWhole, isLive: state.isLive, hasEnded: state.hasEnded === true, error: state.error, reload };
};
