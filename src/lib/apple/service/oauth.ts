import { createHmac } from "node:crypto";
import type { AdeToken } from "../server-token.ts";

export interface RequestToSign {
  readonly method: string;
  /** absolute URL without a query */
  readonly url: string;
  readonly token: Omit<AdeToken, "expiresAt">;
  readonly nonce: string;
  /** seconds since 1970-01-01 UTC */
  readonly timestamp: number;
}

/** @see RFC 5849 3.6 */
const percentEncode = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Uses HMAC-SHA1. @see RFC 5849 3.4 and 3.5.1; apple 2 */
export function buildAuthorizationHeader({ method, url, token, nonce, timestamp }: RequestToSign): string {
  const parameters = [
    ["oauth_consumer_key", token.consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_timestamp", String(timestamp)],
    ["oauth_token", token.accessToken],
    ["oauth_version", "1.0"],
  ].map(([name = "", value = ""]) => [name, percentEncode(value)] as const);
  const signed = parameters.map((pair) => pair.join("=")).join("&");
  // the origin of a URL omits the default port, as OAuth requires
  const { origin, pathname } = new URL(url);
  const base = [method, origin + pathname, signed].map(percentEncode).join("&");
  const key = `${percentEncode(token.consumerSecret)}&${percentEncode(token.accessSecret)}`;
  const signature = percentEncode(createHmac("sha1", key).update(base).digest("base64"));
  const all = [...parameters, ["oauth_signature", signature] as const];
  return `OAuth ${all.map(([name, value]) => `${name}="${value}"`).join(", ")}`;
}
