import type { Cart } from "../api/types.ts";
import { Link, pathOf } from "../app/router.tsx";
import { formatMoney, formatNumber, formatTime } from "../format/format.ts";
import { Fields } from "../parts/Fields.tsx";
import { CartStatus, Empty } from "../parts/states.tsx";
import { type MarkedLine, markLines } from "./differences.ts";

/** Members that the page shows in a form of their own. */
const known: ReadonlySet<string> = new Set([
  "id",
  "user_id",
  "tenant_id",
  "status",
  "currency",
  "total_amount",
  "item_count",
  "line_count",
  "order_id",
  "merged_into",
  "abandoned_at",
  "version",
  "created_at",
  "updated_at",
  "items",
]);

/** The cart as its customer sees it, with what changed since the version before. */
export const CartView = ({ cart, before }: { readonly cart: Cart; readonly before: Cart | undefined }) => {
  const lines = markLines(cart, before);
  const others = Object.fromEntries(
    Object.entries(cart).filter(([name, value]) => !known.has(name) && value !== null && value !== undefined),
  );
  const wasStatus = before !== undefined && before.status !== cart.status ? before.status : undefined;
  return (
    <section class="card cart" aria-label="The cart">
      <header class="row">
        <h2>
          The cart <span class="faint">at version {formatNumber(cart.version)}</span>
        </h2>
        <span>
          {wasStatus === undefined ? null : (
            <>
              <del>
                <CartStatus status={wasStatus} />
              </del>{" "}
              →{" "}
            </>
          )}
          <CartStatus status={cart.status} />
        </span>
      </header>
      {lines.length === 0 ? <Empty title="The cart is empty" /> : <Lines lines={lines} currency={cart.currency} />}
      <p class="total">
        <span>
          Total of {formatNumber(cart.item_count)} {cart.item_count === 1 ? "item" : "items"}
        </span>
        {before !== undefined && before.total_amount !== cart.total_amount ? (
          <del>{formatMoney(before.total_amount, before.currency)}</del>
        ) : null}
        <strong>{formatMoney(cart.total_amount, cart.currency)}</strong>
      </p>
      <dl class="fields">
        {cart.order_id === null ? null : (
          <div>
            <dt>Order</dt>
            <dd>
              <bdi>{cart.order_id}</bdi>
            </dd>
          </div>
        )}
        {cart.merged_into === null ? null : (
          <div>
            <dt>Merged into</dt>
            <dd class="code">
              <Link to={pathOf("carts", cart.merged_into)}>{cart.merged_into}</Link>
            </dd>
          </div>
        )}
        {cart.abandoned_at === null ? null : (
          <div>
            <dt>Last abandoned</dt>
            <dd>{formatTime(cart.abandoned_at)}</dd>
          </div>
        )}
        <div>
          <dt>Created</dt>
          <dd>{formatTime(cart.created_at)}</dd>
        </div>
        <div>
          <dt>Last changed</dt>
          <dd>{formatTime(cart.updated_at)}</dd>
        </div>
      </dl>
      {Object.keys(others).length === 0 ? null : <Fields of={others} />}
    </section>
  );
};

const marks = { added: "new", removed: "removed", changed: "changed" } as const;

const Lines = ({ lines, currency }: { readonly lines: readonly MarkedLine[]; readonly currency: string }) => (
  <div class="scroll lines" tabIndex={0}>
    <table>
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col" class="number">
            Quantity
          </th>
          <th scope="col" class="number">
            Price
          </th>
          <th scope="col" class="number">
            Sum
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ item, change, before }) => (
          <tr key={`${item.item_id} ${change === "removed" ? "removed" : ""}`} class={change}>
            <td class="item">
              <bdi>{item.name ?? item.item_id}</bdi>
              {change === undefined ? null : <span class="mark">{` ${marks[change]} `}</span>}
              {item.name === null ? null : (
                <span class="faint code">
                  <bdi>{item.item_id}</bdi>
                </span>
              )}
            </td>
            <td class="number">
              <Changed now={formatNumber(item.quantity)} was={before === undefined ? undefined : formatNumber(before.quantity)} />
            </td>
            <td class="number">
              <Changed
                now={formatMoney(item.price, currency)}
                was={before === undefined ? undefined : formatMoney(before.price, currency)}
              />
            </td>
            <td class="number">{formatMoney(item.line_total, currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const Changed = ({ now, was }: { readonly now: string; readonly was: string | undefined }) =>
  was === undefined || was === now ? (
    <>{now}</>
  ) : (
    <>
      <del>{was}</del> {now}
    </>
  );
