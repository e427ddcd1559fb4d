import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, request } from "./client.ts";

export type Query<T> = {
  /** The last answer; it stays while a newer one is asked for. */
  readonly data: T | undefined;
  /** The last failure; `undefined` after a success. */
  readonly error: ApiError | undefined;
  readonly reload: () => void;
};

export const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(-1, "", error instanceof Error ? error.message : String(error));

/**
 * Asks for an address, again every `everyMs`, and whenever it changes. `undefined` asks for nothing. While the tab is
 * hidden it does not ask. The caller names the type of the answer, which the back end's schemas or query-api's document
 * promise.
 */
export const useQuery = <T>(path: string | undefined, everyMs?: number): Query<T> => {
  const [answer, setAnswer] = useState<{ path: string | undefined; data?: T; error?: ApiError }>({ path });
  const [asked, setAsked] = useState(0);
  const reload = useCallback(() => setAsked((times) => times + 1), []);
  const lastPath = useRef(path);

  useEffect(() => {
    if (path === undefined) return undefined;
    if (lastPath.current !== path) setAnswer({ path });
    lastPath.current = path;
    const abort = new AbortController();
    let timer: number | undefined;
    const ask = async (): Promise<void> => {
      try {
        if (!document.hidden) setAnswer({ path, data: (await request(path, { signal: abort.signal })) as T });
      } catch (error) {
        if (abort.signal.aborted) return;
        setAnswer((last) => ({ ...(last.path === path ? last : { path }), error: toApiError(error) }));
      }
      if (everyMs !== undefined && !abort.signal.aborted) timer = window.setTimeout(() => void ask(), everyMs);
    };
    void ask();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [path, everyMs, asked]);

  const isCurrent = answer.path === path;
  return { data: isCurrent ? answer.data : undefined, error: isCurrent ? answer.error : undefined, reload };
};
