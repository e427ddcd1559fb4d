import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createCartClient } from "@cart/client";
import { runDay } from "./demo/runDay.ts";
import { createShop, funnelPath, readFunnel, setShortPolicy } from "./demo/shop.ts";
import { newTally, progressLine, summaryLines, type Tally } from "./demo/tally.ts";
import { onStopRequest } from "./onStopRequest.ts";
import { dataFolder } from "./paths.ts";
import { findRunningSystem } from "./runningSystem.ts";
import { explain, UserError } from "./userError.ts";

const help = `npm run demo [-- OPTIONS]

A shop's day in a minute: shoppers fill carts, log in, change their minds, buy, leave, and come back. It runs on the system that
npm start runs, shows what happens, and prints links to look at. Ctrl-C ends the day early.

  --length SECONDS   length of the day, 1 to 3600; 75 by default: a cart counts as abandoned after 60
  --rate NUMBER      new shoppers per second, 0.1 to 50; 4 by default
  --tenant NAME      the shop; a new one by default, so that its figures begin at 0
  --data FOLDER      the data folder of npm start; .data by default
  --command-api URL  and
  --query-api URL    another system's APIs, and
  --console URL      its console, for the links

CART_TOKEN is the bearer token for a system with access control: one with the scope carts:admin for the tenant.
Exit code: 0 after the whole day, 130 if it was interrupted, 1 if the system refused something or could not be reached.
`;

const options = {
  help: { type: "boolean", short: "h" },
  length: { type: "string", default: "75" },
  rate: { type: "string", default: "4" },
  tenant: { type: "string" },
  data: { type: "string" },
  "command-api": { type: "string" },
  "query-api": { type: "string" },
  console: { type: "string" },
} as const;

const numberOf = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new UserError(`--${name} is "${text}": expected a number from ${least} to ${most}`);
};

const readOptions = () => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UserError(`${explain(error).split(". ")[0]}: npm run demo -- --help lists the options`);
  }
};

type Options = ReturnType<typeof readOptions>;
type Addresses = { readonly commandApi: string; readonly queryApi: string; readonly console: string | undefined };

const urlOf = (name: string, text: string): string => {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, "");
  throw new UserError(`--${name} is "${text}": expected a URL such as http://localhost:8080`);
};

/** The addresses that the options name, or those of the system that runs on the data folder. */
const findAddresses = async (values: Options): Promise<Addresses> => {
  const { "command-api": commandApi, "query-api": queryApi, console: consoleUrl, data } = values;
  if ((commandApi === undefined) !== (queryApi === undefined)) throw new UserError("expected --command-api and --query-api together");
  if (commandApi !== undefined && queryApi !== undefined) {
    return {
      commandApi: urlOf("command-api", commandApi),
      queryApi: urlOf("query-api", queryApi),
      console: consoleUrl === undefined ? undefined : urlOf("console", consoleUrl),
    };
  }
  try {
    const { services } = await findRunningSystem(data === undefined ? dataFolder : resolve(data));
    return { commandApi: services["command-api"] ?? "", queryApi: services["query-api"] ?? "", console: services["console"] };
  } catch (error) {
    throw new UserError(`${explain(error)}. Run npm start in another terminal, or set --command-api and --query-api`);
  }
};

/** Says at once if an API cannot be reached, instead of after the attempts of every shopper. */
const assertReady = async (url: string): Promise<void> => {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => {
    throw new UserError(`${url} cannot be reached (${explain(error instanceof Error ? (error.cause ?? error) : error)})`);
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new UserError(`${url} is not ready: ${url}/readyz answers ${answer.status}`);
};

/** Shows the progress each second: in place on a terminal, and otherwise as a line every five seconds. Returns a function that ends it. */
const showProgress = (length: number, tally: Tally): (() => void) => {
  const { isTTY } = process.stdout;
  const startedAt = performance.now();
  const line = (): string => progressLine((performance.now() - startedAt) / 1_000, length, tally);
  const timer = setInterval(() => (isTTY ? process.stdout.write(`\r\u001b[K${line()}`) : console.log(line())), isTTY ? 1_000 : 5_000);
  return () => {
    clearInterval(timer);
    console.log(`${isTTY ? "\r\u001b[K" : ""}${line()}`);
  };
};

const links = ({ commandApi, queryApi, console: consoleUrl }: Addresses, tenant: string, startedAt: number, cart?: string): string[] => [
  ...(consoleUrl === undefined ? [] : [`  ${consoleUrl}  console`]),
  ...(consoleUrl === undefined || cart === undefined ? [] : [`  ${consoleUrl}/carts/${cart}  a cart in the console`]),
  ...(cart === undefined ? [] : [`  ${queryApi}/carts/${cart}  the same cart in the read API`]),
  `  ${queryApi}${funnelPath(tenant, startedAt)}  the funnel of this shop`,
  `  ${commandApi}/docs  the write API, and ${queryApi}/docs  the read API`,
];

const run = async (): Promise<number> => {
  const values = readOptions();
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const seconds = numberOf("length", values.length, 1, 3_600);
  const rate = numberOf("rate", values.rate, 0.1, 50);
  const startedAt = Date.now();
  const tenant = values.tenant ?? `demo-${new Date(startedAt).toISOString().slice(0, 19).replaceAll(/\D/g, "")}`;
  if (!/^[\w.-]{1,64}$/.test(tenant)) throw new UserError(`--tenant is "${tenant}": expected up to 64 letters, digits, "-", "." and "_"`);
  const stop = new AbortController();
  let interrupted = false;
  onStopRequest(
    () => {
      interrupted = true;
      stop.abort();
    },
    () => process.exit(130),
  );
  const addresses = await findAddresses(values);
  await Promise.all([addresses.commandApi, addresses.queryApi].map(assertReady));
  const { CART_TOKEN: token = "" } = process.env;
  let cart: string | undefined;
  const client = createCartClient({ ...addresses, attempts: 4, ...(token === "" ? {} : { token: () => token }) });
  const tally = newTally();
  const shop = createShop({ client, tenant, tally, signal: stop.signal, random: Math.random });
  const remembering = { ...shop, buy: (id: string) => shop.buy(id).then(() => void (cart ??= id)) };
  console.log(`The shop ${tenant} opens for ${seconds} s, with ${rate} shoppers per second. Ctrl-C closes it early.`);
  const endProgress = showProgress(seconds, tally);
  let failure: Error | undefined;
  try {
    await setShortPolicy(client, tenant, stop.signal);
    await runDay({ shop: remembering, tally, seconds, rate, stop });
  } catch (error) {
    if (!interrupted) failure = error instanceof Error ? error : new Error(String(error));
  }
  endProgress();
  const funnel = failure === undefined ? await readFunnel(client, tenant, startedAt).catch(() => undefined) : undefined;
  console.log(["", ...summaryLines(tally, funnel), "", "Look at:", ...links(addresses, tenant, startedAt, cart)].join("\n"));
  if (failure !== undefined) throw failure;
  if (interrupted) return 130;
  return tally.failures.length === 0 ? 0 : 1;
};

try {
  process.exitCode = await run();
} catch (error) {
  console.error(`✘ ${explain(error)}`);
  process.exitCode = 1;
}
