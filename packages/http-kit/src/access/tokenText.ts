/**
 * Returns the one spelling of a token, or `undefined` for a text that is no JWS in compact form. The last character of a signature
 * has unused bits, so a valid token has up to 16 spellings that all verify: without this, each of them would take a place of the cache.
 */
export const canonicalToken = (token: string): string | undefined => {
  const [, signed, signature] = compactJws.exec(token) ?? [];
  if (signed === undefined || signature === undefined) return undefined;
  return `${signed}.${Buffer.from(signature, "base64url").toString("base64url")}`;
};

/** RFC 7515, 7.1: base64url without padding. */
const compactJws = /^([\w-]+\.[\w-]+)\.([\w-]*)$/;
