import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../api/client.ts";

/** What the page shows instead of data. */

export const Loading = ({ what }: { readonly what: string }) => (
  <div class="state" role="status">
    <span class="spinner" aria-hidden="true" /> Loading {what} …
  </div>
);

export const Empty = ({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) => (
  <div class="state empty">
    <strong>{title}</strong>
    {children === undefined ? null : <p>{children}</p>}
  </div>
);

const headlines: Readonly<Record<number, string>> = {
  0: "No connection",
  403: "Your token does not allow this",
  404: "Not found",
  429: "Too many requests",
  503: "A part of the system does not answer",
};

/** Milliseconds between two tries while a server does not answer. */
const retryMs = 5_000;

type FailureProps = { readonly error: ApiError; readonly retry: () => void };

/** Says why there is no data. While a server does not answer it tries again by itself, and at once when the network is back. */
export const Failure = ({ error, retry }: FailureProps) => {
  useEffect(() => {
    if (error.status !== 0 && error.status !== 503) return undefined;
    const timer = window.setTimeout(retry, retryMs);
    window.addEventListener("online", retry);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener("online", retry);
    };
  }, [error]);
  return (
    <div class="state failure" role="alert">
      <strong>{headlines[error.status] ?? "Something went wrong"}</strong>
      <p>{error.message}</p>
      {error.correlationId === undefined ? null : <p class="faint">For the logs: {error.correlationId}</p>}
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
};

export const Badge = ({ children, tone = "neutral" }: { readonly children: ComponentChildren; readonly tone?: string }) => (
  <span class={`badge ${tone}`}>{children}</span>
);

const statusTones: Readonly<Record<string, string>> = {
  OPEN: "good",
  ABANDONED: "warn",
  SUBMITTED: "info",
  CLOSED: "neutral",
  MERGED: "neutral",
};

const statusNames: Readonly<Record<string, string>> = {
  OPEN: "Open",
  ABANDONED: "Abandoned",
  SUBMITTED: "In checkout",
  CLOSED: "Bought",
  MERGED: "Merged",
};

export const CartStatus = ({ status }: { readonly status: string }) => (
  <Badge tone={statusTones[status] ?? "neutral"}>{statusNames[status] ?? status}</Badge>
);
