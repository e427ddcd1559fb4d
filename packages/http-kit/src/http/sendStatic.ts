import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Request, Response } from "express";
import { matchesEtag } from "./matchesEtag.ts";

/** Content that never changes while the process runs. All answers with it share its bytes. */
export type StaticContent = {
  readonly type: string;
  /** How long a client may use its copy before it asks again. With 0 it asks each time, and gets 304. */
  readonly maxAgeSeconds: number;
  /** The content in an encoding. It is read and compressed when a client first asks for it. */
  readonly encoded: (encoding: Encoding) => Promise<Encoded>;
};

/** The smallest one first. */
const encodings = ["br", "gzip", "identity"] as const;
type Encoding = (typeof encodings)[number];
type Encoded = { readonly body: Buffer; readonly etag: string };

/** `read` is called once, with the first request. */
export const staticContent = (type: string, maxAgeSeconds: number, read: () => Buffer | string): StaticContent => {
  let content: Buffer | undefined;
  const known = new Map<Encoding, Promise<Encoded>>();
  return {
    type,
    maxAgeSeconds,
    encoded: (encoding) => {
      content ??= Buffer.from(read());
      const found = known.get(encoding) ?? encode(content, encoding);
      known.set(encoding, found);
      return found;
    },
  };
};

const compress: Readonly<Record<Encoding, (content: Buffer) => Promise<Buffer>>> = {
  // The highest quality takes seconds for a tenth of the size.
  br: (content) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (content) => promisify(gzip)(content),
  identity: (content) => Promise.resolve(content),
};

/** Each encoding has an ETag of its own (RFC 9110, 8.8.3.3). */
const encode = async (content: Buffer, encoding: Encoding): Promise<Encoded> => {
  const hash = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  return { body: await compress[encoding](content), etag: `"${hash}-${encoding}"` };
};

/** Answers with the content in the smallest encoding that the client accepts, or with 304 when the client has it. */
export const sendStatic = async (req: Request, res: Response, { type, maxAgeSeconds, encoded }: StaticContent): Promise<void> => {
  const encoding = encodings.find((each) => req.acceptsEncodings(each) !== false) ?? "identity";
  const { body, etag } = await encoded(encoding);
  res.set({ ETag: etag, Vary: "Accept-Encoding", "Cache-Control": maxAgeSeconds === 0 ? "no-cache" : `public, max-age=${maxAgeSeconds}` });
  if (matchesEtag(req.get("If-None-Match"), etag)) {
    res.status(304).end();
    return;
  }
  if (encoding !== "identity") res.set("Content-Encoding", encoding);
  res.type(type).send(body);
};
