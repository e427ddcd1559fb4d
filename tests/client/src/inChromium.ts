import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
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
  window.run = async ({ commandApi, queryApi, token }) => {
    const { commands, queries, waitForCart, followCart } = createCartClient({ commandApi, queryApi, attempts: 1, token: () => token });
    const path = { id: crypto.randomUUID() };
    const body = { user_id: "user-1", item_id: "item-1", quantity: 2, price: 29.99 };
    const { version } = await result(commands.POST("/carts/{id}/items", { params: { path }, body }));
    const cart = await waitForCart(path.id, version);
    const seen = [];
    for await (const event of followCart(path.id, { afterVersion: 0 })) {
      seen.push(event.version + " " + event.type);
      if (event.version === version) break;
    }
    const { ticket } = await result(queries.POST("/carts/{id}/events-ticket", { params: { path } }));
    const url = queryApi + "/carts/" + path.id + "/stream?after_version=1&ticket=" + encodeURIComponent(ticket);
    const heard = await new Promise((resolve, reject) => {
      const events = new EventSource(url);
      events.onerror = () => reject(new Error("the EventSource failed"));
      events.addEventListener("cart", ({ data }) => {
        events.close();
        resolve(JSON.parse(data).version);
      });
    });
    const refused = await result(commands.POST("/carts/{id}/submit", { params: { path, header: ifVersion(1) } })).catch((error) => error);
    return { total: cart.total_amount, seen, heard, problem: refused.type };
  };
</script>`;

export type ClientPage = {
  readonly origin: string;
  /** Runs the built client in the page, in Chromium. Resolves to what it saw, or to the name of its error. */
  readonly run: (options: { readonly commandApi: string; readonly queryApi: string; readonly token: string }) => Promise<unknown>;
  readonly close: () => void;
};

/** Serves a page that uses the client from an origin of its own. */
export const servePage = async (): Promise<ClientPage> => {
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    origin,
    run: async (options) => {
      const browser = await openBrowser();
      try {
        const tab = await browser.newPage();
        await tab.goto(`${origin}/`);
        return await tab.evaluate(`window.run(${JSON.stringify(options)}).catch((error) => error.name)`);
      } finally {
        await browser.close();
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const serve = async ({ url = "/" }: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (url === "/") return void response.writeHead(200, { "Content-Type": "text/html" }).end(page);
  const file = libraries[url] ?? (url.startsWith("/client/") ? join(client, "dist", url.slice("/client/".length)) : "");
  const text = await readFile(file, "utf8").catch(() => undefined);
  response.writeHead(text === undefined ? 404 : 200, { "Content-Type": "text/javascript" }).end(text);
};
