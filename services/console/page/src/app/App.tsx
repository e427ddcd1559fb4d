import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { signOut } from "../access/access.ts";
import { SignedIn, SignIn } from "../access/SignIn.tsx";
import { refusals } from "../access/tokens.ts";
import type { Session } from "../api/types.ts";
import { useQuery } from "../api/useQuery.ts";
import { CartPage } from "../carts/CartPage.tsx";
import { FindCarts } from "../carts/FindCarts.tsx";
import { OverviewPage } from "../overview/OverviewPage.tsx";
import { Empty, Failure, Loading } from "../parts/states.tsx";
import { RepairPage } from "../repair/RepairPage.tsx";
import { TenantPage } from "../tenants/TenantPage.tsx";
import { Link, navigate, type Place, usePlace } from "./router.tsx";
import { useTheme } from "./theme.ts";

const sections = [
  { name: "Overview", to: "/", part: undefined },
  { name: "Carts", to: "/carts", part: "carts" },
  { name: "Repair", to: "/repair", part: "repair" },
  { name: "Tenants", to: "/tenants", part: "tenants" },
] as const;

const isOnline = (): boolean => navigator.onLine;

const useOnline = (): boolean => {
  const [online, setOnline] = useState(isOnline);
  useEffect(() => {
    const update = (): void => setOnline(isOnline());
    window.addEventListener("online", update);
    window.addEventListener("offline", update);
    return () => {
      window.removeEventListener("online", update);
      window.removeEventListener("offline", update);
    };
  }, []);
  return online;
};

/** Whether a request was refused for its token. */
const useRefused = (): boolean => {
  const [wasRefused, setRefused] = useState(false);
  useEffect(() => {
    const refuse = (): void => setRefused(true);
    refusals.addEventListener("refused", refuse);
    return () => refusals.removeEventListener("refused", refuse);
  }, []);
  return wasRefused;
};

/** The page. It begins anew for whoever signs in or out, so that nothing of one person is shown to the next. */
export const App = () => {
  const [visit, setVisit] = useState(0);
  return <Visit key={visit} restart={() => setVisit((last) => last + 1)} />;
};

const Visit = ({ restart }: { readonly restart: () => void }) => {
  const place = usePlace();
  const { data: session, error, reload } = useQuery<Session>("/api/session");
  const wasRefused = useRefused();
  const online = useOnline();
  const section = sections.find(({ part }) => part === place.parts[0]);
  const isBack = place.parts[0] === "signed-in";
  const needsSignIn = wasRefused || error?.status === 401;
  const leave = (): void => void signOut().finally(restart);
  useEffect(() => {
    document.title = `${isBack ? "Signing in" : (section?.name ?? "Not found")} · Cart console`;
  }, [section, isBack]);

  const content = (): JSX.Element => {
    if (isBack)
      return (
        <SignedIn
          done={(path) => {
            navigate(path, { replace: true });
            restart();
          }}
        />
      );
    if (needsSignIn) return <SignIn error={error} hasEnded={session !== undefined} done={restart} />;
    if (session !== undefined) return <Content place={place} session={session} />;
    const title = <h1 class="visually-hidden">Cart console</h1>;
    if (error === undefined)
      return (
        <>
          {title}
          <Loading what="the console" />
        </>
      );
    return (
      <>
        {title}
        <Failure error={error} retry={reload} />
        {error.status === 403 ? (
          <p class="center">
            <button type="button" onClick={leave}>
              Sign in with another token
            </button>
          </p>
        ) : null}
      </>
    );
  };
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Header section={section?.name} session={needsSignIn || isBack ? undefined : session} leave={leave} />
      {online ? null : (
        <div class="offline" role="status">
          This device is offline. What you see is as it was; the page goes on when the network is back.
        </div>
      )}
      <main id="content" tabIndex={-1}>
        {content()}
      </main>
    </>
  );
};

const Content = ({ place, session }: { readonly place: Place; readonly session: Session }) => {
  const [section, name] = place.parts;
  if (section === undefined) return <OverviewPage place={place} session={session} />;
  if (section === "carts")
    return name === undefined ? (
      <FindCarts place={place} session={session} />
    ) : (
      <CartPage key={name} id={name} place={place} session={session} />
    );
  if (section === "repair") return <RepairPage place={place} session={session} />;
  if (section === "tenants") return <TenantPage key={name} tenant={name ?? session.tenant_id ?? "default"} place={place} />;
  return (
    <Empty title="There is nothing at this address">
      <Link to="/">Go to the overview</Link>
    </Empty>
  );
};

type HeaderProps = { readonly section: string | undefined; readonly session: Session | undefined; readonly leave: () => void };

const Header = ({ section, session, leave }: HeaderProps) => {
  const [theme, nextTheme] = useTheme();
  return (
    <header class="top">
      <Link to="/" class="brand">
        <svg viewBox="0 0 16 16" width="26" height="26" aria-hidden="true">
          <rect width="16" height="16" rx="4" fill="var(--accent-fill)" />
          <path
            d="M4 5h1.2l1.3 5h4.6l1-3.5H6"
            stroke="#fff"
            stroke-width="1.2"
            fill="none"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        </svg>
        <span>Cart console</span>
      </Link>
      {session === undefined ? null : (
        <nav aria-label="Sections">
          {sections.map(({ name, to }) => (
            <Link key={name} to={to} current={name === section}>
              {name}
            </Link>
          ))}
        </nav>
      )}
      <div class="who">
        <button type="button" class="quiet" onClick={nextTheme} aria-label={`Theme: ${theme}. Change it.`} title={`Theme: ${theme}`}>
          {theme === "light" ? "☀" : theme === "dark" ? "☾" : "◐"}
        </button>
        {session === undefined ? null : session.user_id === null ? (
          <span class="faint" title="This console checks no tokens, so it serves this machine only, or was told to serve everyone.">
            No sign-in
          </span>
        ) : (
          <>
            <span class="person" title={`Tenant ${session.tenant_id ?? ""}`}>
              <bdi>{session.user_id}</bdi>
            </span>
            <button type="button" class="quiet" onClick={leave}>
              Sign out
            </button>
          </>
        )}
      </div>
    </header>
  );
};
