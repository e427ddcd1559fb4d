import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { readText } from "../http/readText.ts";
import { parseSamples, type Sample } from "./prometheusText.ts";

export type Target = { readonly service: string; readonly url: string };

/** One process of a service. `samples` is undefined if it did not answer. */
export type Instance = {
  readonly service: string;
  readonly address: string;
  readonly isUp: boolean;
  /** Why the process is not ready; null if it is. */
  readonly reason: string | null;
  readonly samples: readonly Sample[];
};

/** Parses `command-api=http://host:8080/metrics, …`. */
export const parseTargets = (text: string): readonly Target[] =>
  text.split(",").map((pair) => {
    const [service = "", ...url] = pair.trim().split("=");
    return { service, url: url.join("=") };
  });

/** Milliseconds that a process has to answer. */
const timeoutMs = 2_000;
/** A service's metrics have about 20,000 characters. More than this is not metrics. */
const maxLength = 4_000_000;
/** More processes of a service than this are not asked one by one. */
const maxInstances = 64;

/** Asks every process of the services for its metrics and whether it is ready. A name that stands for several processes is asked at each address. */
export const scrape = async (targets: readonly Target[], names: ReadonlySet<string>): Promise<readonly Instance[]> =>
  (
    await Promise.all(targets.map(async (target) => Promise.all((await addressesOf(target)).map((url) => ask(target.service, url, names)))))
  ).flat();

const addressesOf = async ({ url }: Target): Promise<readonly string[]> => {
  const { hostname } = new URL(url);
  if (hostname === "localhost" || isIP(hostname) !== 0) return [url];
  const found = await lookup(hostname, { all: true, family: 4 }).catch(() => []);
  if (found.length < 2) return [url];
  return found.slice(0, maxInstances).map(({ address }) => {
    const each = new URL(url);
    each.hostname = address;
    return each.href;
  });
};

const ask = async (service: string, url: string, names: ReadonlySet<string>): Promise<Instance> => {
  const { host } = new URL(url);
  try {
    const [metrics, ready] = await Promise.all([read(url), read(new URL("/readyz", url).href)]);
    return {
      service,
      address: host,
      isUp: true,
      reason: ready.status === 200 ? null : reasonIn(ready.text),
      samples: metrics.status === 200 ? parseSamples(metrics.text, names) : [],
    };
  } catch (error) {
    return { service, address: host, isUp: false, reason: error instanceof Error ? error.message : String(error), samples: [] };
  }
};

const read = async (url: string): Promise<{ readonly status: number; readonly text: string }> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
  return { status: response.status, text: await readText(response, maxLength) };
};

/** Returns what /readyz says is missing, such as `kafka: no broker answers`. */
const reasonIn = (text: string): string => {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null || !("checks" in body) || typeof body.checks !== "object") return text.slice(0, 500);
    const failing = Object.entries(body.checks ?? {}).filter(([, outcome]) => outcome !== "ok");
    return (
      failing
        .map(([name, outcome]) => `${name}: ${String(outcome)}`)
        .join("; ")
        .slice(0, 500) || "it is stopping"
    );
  } catch {
    return text.slice(0, 500);
  }
};
