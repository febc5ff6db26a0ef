import { createHmac } from "node:crypto";
import type { AdeToken } from "./token.ts";

export interface RequestToSign {
  readonly method: string;
  /** absolute URL; the parameters in its query are signed, too */
  readonly url: string;
  readonly token: Omit<AdeToken, "expiresAt">;
  /** must be used only once */
  readonly nonce: string;
  /** seconds since 1970-01-01 UTC */
  readonly timestamp: number;
}

/** Percent-encodes everything except the unreserved characters, in UTF-8. @see RFC 5849 3.6 */
const percentEncode = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

type OAuthParameter = readonly [name: string, value: string];

/** Compares encoded names or values. They are ASCII, so that comparing characters is the same as comparing bytes. */
const compareEncoded = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Builds the signature base string. @see RFC 5849 3.4.1 */
function buildSignatureBaseString(method: string, url: URL, parameters: readonly OAuthParameter[]): string {
  const normalised = [...url.searchParams, ...parameters]
    .map(([name, value]): OAuthParameter => [percentEncode(name), percentEncode(value)])
    .toSorted(([a, one], [b, other]) => compareEncoded(a, b) || compareEncoded(one, other))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  // OAuth omits the default port of the scheme, and so does the origin of a URL
  return [method.toUpperCase(), url.origin + url.pathname, normalised].map(percentEncode).join("&");
}

/**
 * Builds the `Authorization` header of OAuth 1.0a, signed with HMAC-SHA1.
 *
 * @see RFC 5849 3.4 and 3.5.1; apple 2
 */
export function buildAuthorizationHeader({ method, url, token, nonce, timestamp }: RequestToSign): string {
  const parameters: readonly OAuthParameter[] = [
    ["oauth_consumer_key", token.consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_timestamp", String(timestamp)],
    ["oauth_token", token.accessToken],
    ["oauth_version", "1.0"],
  ];
  const key = `${percentEncode(token.consumerSecret)}&${percentEncode(token.accessSecret)}`;
  const signature = createHmac("sha1", key)
    .update(buildSignatureBaseString(method, new URL(url), parameters))
    .digest("base64");
  const all: readonly OAuthParameter[] = [...parameters, ["oauth_signature", signature]];
  return `OAuth ${all.map(([name, value]) => `${name}="${percentEncode(value)}"`).join(", ")}`;
}
