import { readFile } from "node:fs/promises";
import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { openBrowser } from "@cart/tests-common/browser";
import { repositoryRoot } from "@cart/tools/own-servers";

const client = join(repositoryRoot, "packages/client");
const libraries: Readonly<Record<string, string>> = {
  "/openapi-fetch.js": join(client, "node_modules/openapi-fetch/dist/index.mjs"),
  "/eventsource-parser.js": join(client, "node_modules/eventsource-parser/dist/index.js"),
};

const page = `<!doctype html>
<script type="importmap">{ "imports": { "openapi-fetch": "/openapi-fetch.js", "eventsource-parser": "/eventsource-parser.js" } }</script>
<script type="module">
  import { createCartClient, ifVersion, result } from "/client/index.js";
  const run = async () => {
    const { commands, waitForCart, followCart } = createCartClient({ commandApi: location.origin + "/command", queryApi: location.origin + "/query" });
    const path = { id: crypto.randomUUID() };
    const body = { user_id: "user-1", item_id: "item-1", quantity: 2, price: 29.99 };
    const { version } = await result(commands.POST("/carts/{id}/items", { params: { path }, body }));
    const cart = await waitForCart(path.id, version);
    const seen = [];
    for await (const event of followCart(path.id, { afterVersion: 0 })) {
      seen.push(event.version + " " + event.type);
      if (event.version === version) break;
    }
    const refused = await result(commands.POST("/carts/{id}/submit", { params: { path, header: ifVersion(1) } })).catch((error) => error);
    return { total: cart.total_amount, seen, problem: refused.type };
  };
  window.outcome = run();
</script>`;

type Apis = { readonly commandApi: string; readonly queryApi: string };

/** Runs the built client in a page of Chromium. The page's server passes requests on to the APIs, because these allow no other origin. */
export const inChromium = async (apis: Apis): Promise<unknown> => {
  const server = createServer((request, response) => void serve(request, response, apis));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const browser = await openBrowser();
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`);
    return await tab.evaluate("window.outcome");
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
};

const serve = async (request: IncomingMessage, response: ServerResponse, { commandApi, queryApi }: Apis): Promise<void> => {
  const { url = "/" } = request;
  if (url.startsWith("/command/")) return passOn(request, response, commandApi + url.slice("/command".length));
  if (url.startsWith("/query/")) return passOn(request, response, queryApi + url.slice("/query".length));
  if (url === "/") return void response.writeHead(200, { "Content-Type": "text/html" }).end(page);
  const file = libraries[url] ?? (url.startsWith("/client/") ? join(client, "dist", url.slice("/client/".length)) : "");
  const text = await readFile(file, "utf8").catch(() => undefined);
  response.writeHead(text === undefined ? 404 : 200, { "Content-Type": "text/javascript" }).end(text);
};

const passOn = (request: IncomingMessage, response: ServerResponse, url: string): void => {
  const passed = sendRequest(url, { method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  response.on("close", () => passed.destroy());
  request.pipe(passed);
};
