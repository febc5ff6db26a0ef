import { createHmac } from "node:crypto";
import type { AdeToken } from "./token.ts";

/** A request to sign. */
export interface RequestToSign {
  readonly method: string;
  /** absolute; the parameters of its query are signed, too */
  readonly url: string;
  readonly token: Omit<AdeToken, "expiresAt">;
  /** used once */
  readonly nonce: string;
  /** seconds since 1970-01-01 UTC */
  readonly timestamp: number;
}

/** All but the unreserved characters as %XX, in UTF-8. @see RFC 5849 3.6 */
const encode = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

type Parameter = readonly [name: string, value: string];

/** Names and values are ASCII once they are encoded: by letters is by bytes. */
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** @see RFC 5849 3.4.1 */
function baseString(method: string, url: URL, parameters: readonly Parameter[]): string {
  const normalised = [...url.searchParams, ...parameters]
    .map(([name, value]): Parameter => [encode(name), encode(value)])
    .toSorted(([a, one], [b, other]) => compare(a, b) || compare(one, other))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  // the origin of a URL has no port where it is the scheme's own
  return [method.toUpperCase(), url.origin + url.pathname, normalised].map(encode).join("&");
}

/**
 * The `Authorization` header of OAuth 1.0a, signed by HMAC-SHA1.
 *
 * @see RFC 5849 3.4 and 3.5.1; apple 2
 */
export function authorization({ method, url, token, nonce, timestamp }: RequestToSign): string {
  const parameters: readonly Parameter[] = [
    ["oauth_consumer_key", token.consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_timestamp", String(timestamp)],
    ["oauth_token", token.accessToken],
    ["oauth_version", "1.0"],
  ];
  const key = `${encode(token.consumerSecret)}&${encode(token.accessSecret)}`;
  const signature = createHmac("sha1", key)
    .update(baseString(method, new URL(url), parameters))
    .digest("base64");
  const all: readonly Parameter[] = [...parameters, ["oauth_signature", signature]];
  return `OAuth ${all.map(([name, value]) => `${name}="${encode(value)}"`).join(", ")}`;
}
