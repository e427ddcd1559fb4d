import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Where the page is: the parts of its path, and its query. */
export type Place = { readonly parts: readonly string[]; readonly query: URLSearchParams; readonly path: string };

const placeNow = (): Place => ({
  parts: window.location.pathname.split("/").filter(Boolean).map(decoded),
  query: new URLSearchParams(window.location.search),
  path: window.location.pathname,
});

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const moved = new EventTarget();

/** Goes to another address of the page. `replace` keeps the history as it is, for an address that follows a slider. */
export const navigate = (to: string, { replace = false }: { readonly replace?: boolean } = {}): void => {
  if (replace) window.history.replaceState(null, "", to);
  else window.history.pushState(null, "", to);
  moved.dispatchEvent(new Event("moved"));
  if (!replace) window.scrollTo(0, 0);
};

export const usePlace = (): Place => {
  const [place, setPlace] = useState(placeNow);
  useEffect(() => {
    const update = (): void => setPlace(placeNow());
    moved.addEventListener("moved", update);
    window.addEventListener("popstate", update);
    return () => {
      moved.removeEventListener("moved", update);
      window.removeEventListener("popstate", update);
    };
  }, []);
  return place;
};

type LinkProps = {
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
  readonly title?: string;
};

export const Link = ({ to, children, class: className, current = false, title }: LinkProps) => (
  <a
    href={to}
    class={className}
    title={title}
    aria-current={current ? "page" : undefined}
    onClick={(event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
      event.preventDefault();
      navigate(to);
    }}
  >
    {children}
  </a>
);

export const pathOf = (...parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join("/")}`;
