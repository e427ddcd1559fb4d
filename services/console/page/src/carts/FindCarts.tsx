import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client.ts";
import type { ApiError } from "../api/client.ts";
import type { CartList, CartSummary, Session } from "../api/types.ts";
import { toApiError } from "../api/useQuery.ts";
import { Link, navigate, pathOf, type Place } from "../app/router.tsx";
import { formatAgo, formatMoney, formatNumber, formatTime } from "../format/format.ts";
import { CartStatus, Empty, Failure, Loading } from "../parts/states.tsx";

const statuses = [
  ["OPEN", "Open"],
  ["ABANDONED", "Abandoned"],
  ["SUBMITTED", "In checkout"],
  ["CLOSED", "Bought"],
  ["MERGED", "Merged"],
] as const;

/** By the hours that have passed since a cart's last change. */
const activities = [
  ["", "Any time"],
  ["1", "The last hour"],
  ["24", "The last day"],
  ["168", "The last 7 days"],
  ["720", "The last 30 days"],
] as const;

const isCartId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Finds carts by their id, user, tenant, status and last activity. The search is in the address, so it can be sent to a colleague. */
export const FindCarts = ({ place, session }: { readonly place: Place; readonly session: Session }) => {
  const tenant = place.query.get("tenant") ?? session.tenant_id ?? "default";
  const user = place.query.get("user") ?? "";
  const wanted = new Set((place.query.get("status") ?? "").split(","));
  const status = statuses.flatMap(([value]) => (wanted.has(value) ? [value] : []));
  const within = activities.find(([value]) => value === place.query.get("within"))?.[0] ?? "";
  const search: Search = { tenant, user, status, within };
  return (
    <>
      <div class="page-head">
        <h1>Carts</h1>
      </div>
      <SearchForm search={search} session={session} />
      <Found key={`${tenant} ${user} ${status.join()} ${within}`} {...search} />
    </>
  );
};

type Search = { readonly tenant: string; readonly user: string; readonly status: readonly string[]; readonly within: string };

const SearchForm = ({ session, search }: { readonly search: Search; readonly session: Session }) => {
  const [values, setValues] = useState({ ...search, who: search.user });
  // What is typed gives way to the address, such as after a step back. The form stays, so that the focus does.
  useEffect(() => setValues({ ...search, who: search.user }), [JSON.stringify(search)]);
  const show = ({ who, tenant, status, within }: typeof values): void => {
    const name = who.trim();
    if (isCartId(name)) {
      navigate(pathOf("carts", name.toLowerCase()));
      return;
    }
    const query = new URLSearchParams();
    if (name !== "") query.set("user", name);
    if (tenant !== (session.tenant_id ?? "default")) query.set("tenant", tenant);
    if (status.length > 0) query.set("status", status.join(","));
    if (within !== "") query.set("within", within);
    navigate(`/carts${query.size === 0 ? "" : `?${query.toString()}`}`);
  };
  const toggle = (value: string): void => {
    const status = values.status.includes(value) ? values.status.filter((each) => each !== value) : [...values.status, value];
    show({ ...values, status });
  };
  return (
    <form
      class="card search"
      onSubmit={(event) => {
        event.preventDefault();
        show(values);
      }}
      role="search"
    >
      <label class="wide">
        Cart or user
        <input
          type="search"
          value={values.who}
          onInput={(event) => setValues({ ...values, who: event.currentTarget.value })}
          placeholder="Id of a cart or a user; leave empty for all carts"
          maxLength={255}
        />
      </label>
      <label>
        Tenant
        <input
          value={values.tenant}
          onInput={(event) => setValues({ ...values, tenant: event.currentTarget.value })}
          required
          maxLength={64}
          disabled={session.tenant_id !== null}
        />
      </label>
      <label>
        Last activity
        <select value={values.within} onChange={(event) => show({ ...values, within: event.currentTarget.value })}>
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
      <StatusChips chosen={values.status} toggle={toggle} />
    </form>
  );
};

const StatusChips = ({ chosen, toggle }: { readonly chosen: readonly string[]; readonly toggle: (status: string) => void }) => (
  <div class="chips" role="group" aria-label="Status">
    {statuses.map(([value, name]) => (
      <button key={value} type="button" class="chip" aria-pressed={chosen.includes(value)} onClick={() => toggle(value)}>
        {name}
      </button>
    ))}
  </div>
);

type Pages = { readonly carts: readonly CartSummary[]; readonly next: string | null };

/** A page of the carts that changed last, behind those that are shown. A cart that changed meanwhile may come again, and is shown once. */
const readMore = async ({ tenant, user, status, within }: Search, from: Pages, since: number, signal: AbortSignal): Promise<Pages> => {
  const query = new URLSearchParams({ limit: "50", order_by: "last_activity" });
  if (status.length > 0) query.set("status", status.join(","));
  if (within !== "") query.set("updated_since", new Date(since - Number(within) * 3_600_000).toISOString());
  if (from.next !== null) query.set("cursor", from.next);
  const owner = user === "" ? `tenants/${encodeURIComponent(tenant)}` : `users/${encodeURIComponent(user)}`;
  const answer = (await request(`/api/query/${owner}/carts?${query.toString()}`, { signal })) as CartList;
  const shown = new Set(from.carts.map(({ id }) => id));
  // query-api without tokens lists a user's carts of every tenant.
  const more = answer.carts.filter((cart) => !shown.has(cart.id) && (user === "" || cart.tenant_id === tenant));
  return { carts: [...from.carts, ...more], next: answer.next_cursor };
};

const none: Pages = { carts: [], next: null };

const Found = (search: Search) => {
  const [pages, setPages] = useState<Pages | undefined>();
  const [error, setError] = useState<ApiError | undefined>();
  const [from, setFrom] = useState<Pages>(none);
  const [since] = useState(Date.now);
  useEffect(() => {
    const abort = new AbortController();
    setError(undefined);
    readMore(search, from, since, abort.signal).then(setPages, (reason: unknown) => {
      if (!abort.signal.aborted) setError(toApiError(reason));
    });
    return () => abort.abort();
  }, [from]);

  if (error !== undefined) return <Failure error={error} retry={() => setFrom({ ...from })} />;
  if (pages === undefined) return <Loading what="carts" />;
  return (
    <section class="card" aria-label="Found carts">
      {pages.carts.length === 0 && pages.next === null ? (
        <Empty title="No cart found">
          {search.within === "" && search.status.length === 0 ? "There is no such cart." : "Choose another status or a longer time."}
        </Empty>
      ) : (
        <CartTable carts={pages.carts} />
      )}
      {pages.next === null ? null : (
        <p class="center">
          <button type="button" onClick={() => setFrom(pages)}>
            Show more
          </button>
        </p>
      )}
    </section>
  );
};

const CartTable = ({ carts }: { readonly carts: readonly CartSummary[] }) => (
  <div class="scroll" tabIndex={0} role="group" aria-label="Found carts, the last changed first">
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
