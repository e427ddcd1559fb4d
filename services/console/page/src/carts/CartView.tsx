import type { Cart, CartItem } from "../api/types.ts";
import { Link, pathOf } from "../app/router.tsx";
import { formatMoney, formatNumber, formatTime } from "../format/format.ts";
import { Fields } from "../parts/Fields.tsx";
import { CartStatus, Empty } from "../parts/states.tsx";
import { type MarkedLine, markLines } from "./differences.ts";
import { sayAdjustment } from "./sayEvent.ts";

/** Members that the page shows in a form of their own. Others, of a newer query-api, are shown under their names. */
const known: ReadonlySet<string> = new Set([
  "id",
  "user_id",
  "tenant_id",
  "status",
  "currency",
  "items_amount",
  "adjustments",
  "adjustments_stale",
  "total_amount",
  "item_count",
  "line_count",
  "order_id",
  "merged_into",
  "abandoned_at",
  "attributes",
  "version",
  "created_at",
  "updated_at",
  "items",
]);

type CartViewProps = {
  readonly cart: Cart;
  /** The cart at the version that it is compared with. */
  readonly before: Cart | undefined;
  /** The carts whose lines it took, up to this version. */
  readonly mergedFrom: readonly string[];
};

/** The cart as its customer sees it, with what changed since another version. */
export const CartView = ({ cart, before, mergedFrom }: CartViewProps) => {
  const lines = markLines(cart, before);
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
      <Amounts cart={cart} before={before} />
      <Facts cart={cart} mergedFrom={mergedFrom} />
    </section>
  );
};

const Facts = ({ cart, mergedFrom }: Pick<CartViewProps, "cart" | "mergedFrom">) => {
  const others = Object.entries(cart).filter(([name, value]) => !known.has(name) && value !== null && value !== undefined);
  const linked = [
    ...(cart.merged_into === null ? [] : [["Merged into", cart.merged_into] as const]),
    ...mergedFrom.map((id) => ["Took the lines of", id] as const),
  ];
  return (
    <dl class="fields">
      {cart.order_id === null ? null : (
        <div>
          <dt>Order</dt>
          <dd>
            <bdi>{cart.order_id}</bdi>
          </dd>
        </div>
      )}
      {linked.map(([name, id]) => (
        <div key={`${name} ${id}`}>
          <dt>{name}</dt>
          <dd class="code">
            <Link to={pathOf("carts", id)}>{id}</Link>
          </dd>
        </div>
      ))}
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
      <Fields of={{ ...cart.attributes, ...Object.fromEntries(others) }} />
    </dl>
  );
};

/** The sum of the lines, what is added to it, and the total. */
const Amounts = ({ cart, before }: Pick<CartViewProps, "cart" | "before">) => {
  const { adjustments, currency } = cart;
  return (
    <div class="amounts">
      {adjustments.length === 0 ? null : (
        <dl>
          <div>
            <dt>Items</dt>
            <dd>{formatMoney(cart.items_amount, currency)}</dd>
          </div>
          {adjustments.map((each, index) => (
            <div key={index}>
              <dt>
                <bdi>{sayAdjustment(each)}</bdi> {each.reference === undefined ? null : <bdi class="faint">{each.reference}</bdi>}
              </dt>
              <dd>{formatMoney(each.amount, currency)}</dd>
            </div>
          ))}
        </dl>
      )}
      {cart.adjustments_stale ? <p class="note">A line has changed since these were computed, so the shop computes them again.</p> : null}
      <p class="total">
        <span>
          Total of {formatNumber(cart.item_count)} {cart.item_count === 1 ? "item" : "items"}
        </span>
        {before !== undefined && before.total_amount !== cart.total_amount ? (
          <del>{formatMoney(before.total_amount, before.currency)}</del>
        ) : null}
        <strong>{formatMoney(cart.total_amount, currency)}</strong>
      </p>
    </div>
  );
};

const marks = { added: "new", removed: "removed", changed: "changed" } as const;

const Lines = ({ lines, currency }: { readonly lines: readonly MarkedLine[]; readonly currency: string }) => (
  <div class="scroll lines" tabIndex={0} role="group" aria-label="Lines of the cart">
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
          <tr key={`${item.line_id} ${change === "removed" ? "removed" : ""}`} class={change}>
            <td class="item">
              <bdi>{item.name ?? item.item_id}</bdi>
              {change === undefined ? null : <span class="mark">{` ${marks[change]} `}</span>}
              <LineFacts item={item} />
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

/** The id of a line's item, if its name is shown above, and the shop's data on the line. */
const LineFacts = ({ item }: { readonly item: CartItem }) => (
  <>
    {item.name === null ? null : (
      <span class="faint code">
        <bdi>{item.item_id}</bdi>
      </span>
    )}
    {Object.entries(item.attributes).map(([name, value]) => (
      <span key={name} class="faint">
        <bdi>{name}</bdi>: <bdi>{String(value)}</bdi>
      </span>
    ))}
  </>
);

const Changed = ({ now, was }: { readonly now: string; readonly was: string | undefined }) =>
  was === undefined || was === now ? (
    <>{now}</>
  ) : (
    <>
      <del>{was}</del> {now}
    </>
  );
