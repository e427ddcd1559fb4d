/** RFC 9110, 8.8.3: `opaque-tag`. A tag may hold a comma, so a list is not split at commas. */
const tags = /"[\x21\x23-\x7e\x80-\xff]*"/g;

/**
 * Whether `If-None-Match` names the entity tag, by weak comparison (RFC 9110, 13.1.2): `W/` makes no difference.
 *
 * Express's own `req.fresh` is not used, since it takes the client's `Cache-Control: no-cache` for a wish to get the
 * whole answer. RFC 9111, 5.2.1.4 only asks for validation, which this is, and `fetch` sends it with every condition
 * that its caller sets: no client of Node.js would ever get its 304.
 */
export const matchesEtag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined && (ifNoneMatch.trim() === "*" || (ifNoneMatch.match(tags)?.includes(etag) ?? false));
