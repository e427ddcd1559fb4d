import { createHash } from "node:crypto";
import getPort from "get-port";
import { expect } from "chai";
import { describeConsole, soon } from "./describeConsole.ts";
import { type Issuer, resource, startIssuer, tokenSeconds } from "./issuer.ts";

describeConsole(
  "signing in at an OpenID Connect provider",
  ({ system, page, openPage, addItem, assertAccessible, assertFits, screenshot }) => {
    let issuer: Issuer;
    let console: string;
    const cart = "550e8400-e29b-41d4-a716-446655440042";

    before("start the issuer and a console that uses it", async () => {
      const port = await getPort();
      issuer = await startIssuer(`http://127.0.0.1:${port}`);
      const variables = {
        AUTH_SECRET: "",
        AUTH_JWKS_URL: `${issuer.url}/jwks`,
        AUTH_ISSUER: issuer.url,
        AUTH_CLOCK_TOLERANCE: "0",
        OIDC_CLIENT_ID: "console",
        OIDC_SCOPE: "openid offline_access console:read console:repair console:all-tenants carts:admin",
        OIDC_PARAMETERS: new URLSearchParams({ resource }).toString(),
      };
      console = await system().startAnother(variables, port);
      await addItem(cart, { item_id: "cup", name: "Coffee cup" });
    });
    after("stop the issuer", () => issuer.stop());

    /** Fills in the pages of the provider, which ask for a name, a password and consent. */
    const answerProvider = async (path: string, name: string): Promise<void> => {
      await page().goto(`${console}${path}`);
      await page()
        .getByRole("button", { name: `Sign in with ${new URL(issuer.url).host}` })
        .click();
      await page().locator('input[name="login"]').fill(name);
      await page().locator('input[name="password"]').fill("any");
      await page().locator('button[type="submit"]').click();
      await page().getByRole("button", { name: "Continue" }).click();
    };
    const signIn = async (path: string, name: string): Promise<void> => {
      await answerProvider(path, name);
      await page().getByRole("button", { name: "Sign out" }).waitFor(soon);
    };
    const storages = () =>
      page().evaluate(() => ({
        local: JSON.stringify(window.localStorage),
        session: window.sessionStorage.getItem("console.tokens"),
        started: window.sessionStorage.getItem("console.sign-in"),
        cookies: document.cookie,
      }));

    it("leads back to the address that was asked for, with a token that this tab alone has", async () => {
      await signIn(`/carts/${cart}?version=1`, "ann");
      await page().getByText("at version 1").waitFor(soon);
      expect(page().url()).to.equal(`${console}/carts/${cart}?version=1`);
      await page().getByText("ann", { exact: true }).waitFor();
      const { local, session, started, cookies } = await storages();
      expect(session).to.contain("access");
      expect([local, started, cookies]).to.deep.equal(["{}", null, ""]);
    });

    it("proves with PKCE that the page that asks for tokens is the one that began", async () => {
      const asked: URLSearchParams[] = [];
      page().on("request", (request) => {
        const { searchParams, pathname } = new URL(request.url());
        if (searchParams.has("code_challenge")) asked.push(searchParams);
        if (pathname === "/token") asked.push(new URLSearchParams(request.postData() ?? ""));
      });
      await signIn("/repair/log", "pia");
      const [begun, exchanged] = asked;
      const verifier = exchanged?.get("code_verifier") ?? "";
      expect(verifier).to.have.length.above(42);
      expect(begun?.get("code_challenge_method")).to.equal("S256");
      expect(begun?.get("code_challenge")).to.equal(createHash("sha256").update(verifier).digest("base64url"));
      expect([begun?.get("state"), begun?.get("nonce")].map((value) => (value ?? "").length >= 43)).to.deep.equal([true, true]);
    });

    it("refuses tokens that were made for another sign-in", async () => {
      await page().route(`${issuer.url}/token`, async (route) => {
        const response = await route.fetch();
        const answer = (await response.json()) as { id_token: string };
        const [head = "", claims = "", signature = ""] = answer.id_token.split(".");
        const others = { ...(JSON.parse(Buffer.from(claims, "base64url").toString()) as object), nonce: "of-another-sign-in" };
        const changed = [head, Buffer.from(JSON.stringify(others)).toString("base64url"), signature].join(".");
        await route.fulfill({ response, json: { ...answer, id_token: changed } });
      });
      await answerProvider("/repair/log", "nora");
      await page().getByRole("heading", { name: "You are not signed in" }).waitFor(soon);
      expect((await storages()).session).to.equal(null);
    });

    it("lets the page reach its own host and the issuer, and no other", async () => {
      const headers = (await fetch(console)).headers.get("content-security-policy");
      expect(headers).to.contain(`connect-src 'self' ${issuer.url};`);
      expect((await fetch(system().console)).headers.get("content-security-policy")).to.contain("connect-src 'self';");
      await page().goto(console);
      await page().getByRole("heading", { name: "Sign in" }).waitFor();
      for (const width of [1280, 390]) {
        await openPage(width);
        await page().goto(console);
        await page().getByRole("heading", { name: "Sign in" }).waitFor();
        await assertAccessible(`sign-in at an issuer, ${width} px`);
        await assertFits(`sign-in at an issuer, ${width} px`);
        await screenshot(`sign-in-${width}-light`);
      }
    });

    it("refuses an answer that the page did not ask for, and takes no code twice", async () => {
      await page().goto(`${console}/signed-in?code=stolen&state=guessed&iss=${encodeURIComponent(issuer.url)}`);
      await page().getByText("This page did not begin to sign you in").waitFor();
      await page().getByRole("button", { name: "Try again" }).click();
      await page()
        .getByRole("button", { name: /Sign in with/ })
        .click();
      await page().locator('input[name="login"]').waitFor();
      let exchanges = 0;
      page().on("request", (request) => (exchanges += Number(new URL(request.url()).pathname === "/token")));
      await page().goto(`${console}/signed-in?code=stolen&state=guessed&iss=${encodeURIComponent(issuer.url)}`);
      await page().getByRole("heading", { name: "You are not signed in" }).waitFor();
      expect(exchanges, "a code that comes with a guessed state is not even sent to the issuer").to.equal(0);
      expect((await storages()).session).to.equal(null);
      await page().goto(`${console}/signed-in?error=access_denied&error_description=No`);
      await page().getByRole("heading", { name: "You are not signed in" }).waitFor();
    });

    it("signs out here and at the issuer", async () => {
      await signIn("/repair/log", "carl");
      await page().getByRole("button", { name: "Sign out" }).click();
      await page().getByRole("button", { name: "Yes, sign me out" }).click();
      await page().getByRole("heading", { name: "Sign in" }).waitFor(soon);
      expect(new URL(page().url()).origin).to.equal(console);
      expect((await storages()).session).to.equal(null);
      // The provider has forgotten the person too.
      await page()
        .getByRole("button", { name: /Sign in with/ })
        .click();
      await page().locator('input[name="login"]').waitFor();
    });

    it("renews the token before it ends, and asks to sign in again when the issuer gives no more", async function () {
      this.timeout(180_000);
      await signIn("/repair/log", "bob");
      const first = (await storages()).session;
      await page().waitForFunction((before) => window.sessionStorage.getItem("console.tokens") !== before, first, soon);
      expect(issuer.grants).to.include("refresh_token");
      issuer.refuse();
      await page()
        .getByText("Your session has ended")
        .waitFor({ timeout: (tokenSeconds + 30) * 1_000 });
      expect(page().url()).to.equal(`${console}/repair/log`);
      await assertAccessible("a session that has ended");
      await screenshot("session-ended");
    });
  },
);
