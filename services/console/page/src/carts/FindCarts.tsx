import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client.ts";
import type { ApiError } from "../api/client.ts";
import type { CartList, CartSummary, Session } from "../api/types.ts";
import { toApiError } from "../api/useQuery.ts";
import { Link, navigate, pathOf, type Place } from "../app/router.tsx";
import { formatAgo, formatMoney, formatNumber, formatTime } from "../format/format.ts";
import { CartStatus, Empty, Failure, Loading } from "../parts/states.tsx";

const statuses = [
  ["", "Any status"],
  ["OPEN", "Open"],
  ["ABANDONED", "Abandoned"],
  ["SUBMITTED", "In checkout"],
  ["CLOSED", "Bought"],
  ["MERGED", "Merged"],
] as const;

const activities = [
  ["", "Any time"],
  ["0.0417", "The last hour"],
  ["1", "The last day"],
  ["7", "The last 7 days"],
  ["30", "The last 30 days"],
] as const;

const isCartId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Finds carts by their id, user, tenant, status and last activity. The search is in the address, so it can be sent to a colleague. */
export const FindCarts = ({ place, session }: { readonly place: Place; readonly session: Session }) => {
  const tenant = place.query.get("tenant") ?? session.tenant_id ?? "default";
  const user = place.query.get("user") ?? "";
  const status = place.query.get("status") ?? "";
  const within = place.query.get("within") ?? "";
  return (
    <>
      <div class="page-head">
        <h1>Carts</h1>
      </div>
      <SearchForm key={place.query.toString()} {...{ tenant, user, status, within, session }} />
      <Found key={`${tenant} ${user} ${status} ${within}`} {...{ tenant, user, status, within }} />
    </>
  );
};

type Search = { readonly tenant: string; readonly user: string; readonly status: string; readonly within: string };

const SearchForm = ({ session, ...search }: Search & { readonly session: Session }) => {
  const [values, setValues] = useState({ ...search, who: search.user });
  const set = (name: string) => (event: { readonly currentTarget: { readonly value: string } }) =>
    setValues({ ...values, [name]: event.currentTarget.value });
  const submit = (event: Event): void => {
    event.preventDefault();
    const who = values.who.trim();
    if (isCartId(who)) {
      navigate(pathOf("carts", who.toLowerCase()));
      return;
    }
    const query = new URLSearchParams();
    if (who !== "") query.set("user", who);
    if (values.tenant !== (session.tenant_id ?? "default")) query.set("tenant", values.tenant);
    if (values.status !== "") query.set("status", values.status);
    if (values.within !== "") query.set("within", values.within);
    navigate(`/carts${query.size === 0 ? "" : `?${query.toString()}`}`);
  };
  return (
    <form class="card search" onSubmit={submit} role="search">
      <label class="wide">
        Cart or user
        <input
          type="search"
          value={values.who}
          onInput={set("who")}
          placeholder="Id of a cart or a user; leave empty for the newest carts"
          maxLength={64}
        />
      </label>
      <label>
        Tenant
        <input value={values.tenant} onInput={set("tenant")} required maxLength={64} disabled={session.tenant_id !== null} />
      </label>
      <label>
        Status
        <select value={values.status} onChange={set("status")}>
          {statuses.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Last activity
        <select value={values.within} onChange={set("within")}>
          {activities.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">
        Find
      </button>
    </form>
  );
};

type Pages = { readonly carts: readonly CartSummary[]; readonly next: string | null; readonly looked: number };

/** Pages that one search reads for carts with a recent activity, because lists are in the order in which carts were created. */
const maxPages = 10;

const readMore = async ({ tenant, user, status, within }: Search, from: Pages, signal: AbortSignal): Promise<Pages> => {
  const since = within === "" ? 0 : Date.now() - Number(within) * 86_400_000;
  const carts = [...from.carts];
  let { next, looked } = from;
  const enough = carts.length + 50;
  for (let page = 0; page < maxPages && carts.length < enough; page += 1) {
    const query = new URLSearchParams({ limit: "100" });
    if (status !== "") query.set("status", status);
    if (next !== null) query.set("cursor", next);
    const owner = user === "" ? `tenants/${encodeURIComponent(tenant)}` : `users/${encodeURIComponent(user)}`;
    const answer = (await request(`/api/query/${owner}/carts?${query.toString()}`, { signal })) as CartList;
    looked += answer.carts.length;
    carts.push(...answer.carts.filter((cart) => Date.parse(cart.updated_at) >= since && (user === "" || cart.tenant_id === tenant)));
    next = answer.next_cursor;
    if (next === null) break;
  }
  return { carts, next, looked };
};

const none: Pages = { carts: [], next: null, looked: 0 };

const Found = (search: Search) => {
  const [pages, setPages] = useState<Pages | undefined>();
  const [error, setError] = useState<ApiError | undefined>();
  const [from, setFrom] = useState<Pages>(none);
  useEffect(() => {
    const abort = new AbortController();
    setError(undefined);
    readMore(search, from, abort.signal).then(setPages, (reason: unknown) => {
      if (!abort.signal.aborted) setError(toApiError(reason));
    });
    return () => abort.abort();
  }, [from]);

  if (error !== undefined) return <Failure error={error} retry={() => setFrom({ ...from })} />;
  if (pages === undefined) return <Loading what="carts" />;
  return (
    <section class="card" aria-label="Found carts">
      {pages.carts.length === 0 ? (
        <Empty title="No cart found">
          {search.within === "" ? "Nobody has such a cart." : `None of ${formatNumber(pages.looked)} carts was active in that time.`}
        </Empty>
      ) : (
        <CartTable carts={pages.carts} />
      )}
      {pages.next === null ? null : (
        <p class="center">
          <button type="button" onClick={() => setFrom(pages)}>
            Search further back
          </button>
        </p>
      )}
    </section>
  );
};

const CartTable = ({ carts }: { readonly carts: readonly CartSummary[] }) => (
  <div class="scroll" tabIndex={0}>
    <table class="carts">
      <thead>
        <tr>
          <th scope="col">Cart</th>
          <th scope="col">User</th>
          <th scope="col">Status</th>
          <th scope="col" class="number">
            Items
          </th>
          <th scope="col" class="number">
            Total
          </th>
          <th scope="col">Last activity</th>
        </tr>
      </thead>
      <tbody>
        {carts.map((cart) => (
          <tr key={cart.id}>
            <td class="code">
              <Link to={pathOf("carts", cart.id)}>{cart.id}</Link>
            </td>
            <td>
              <bdi>{cart.user_id}</bdi>
            </td>
            <td>
              <CartStatus status={cart.status} />
            </td>
            <td class="number">{formatNumber(cart.item_count)}</td>
            <td class="number">{formatMoney(cart.total_amount, cart.currency)}</td>
            <td>
              <time dateTime={cart.updated_at} title={formatTime(cart.updated_at)}>
                {formatAgo(cart.updated_at)}
              </time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
