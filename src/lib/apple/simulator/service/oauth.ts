import { createHmac, timingSafeEqual } from "node:crypto";
import { refuse, type Refusal, type SimulatorRequest } from "../messages.ts";

/** The parameters of a signed request. @see RFC 5849 section 3.1 */
export interface SignedRequest {
  readonly consumerKey: string;
  readonly token: string;
  readonly nonce: string;
  /** seconds since 1970-01-01 UTC */
  readonly timestamp: number;
  readonly signature: string;
  /** what was signed */
  readonly base: string;
}

const NEEDED = [
  "oauth_consumer_key",
  "oauth_token",
  "oauth_signature_method",
  "oauth_signature",
  "oauth_timestamp",
  "oauth_nonce",
] as const;

/** Parameters are missing, unknown to OAuth or there twice. @see apple 2 */
const bad = (): Refusal => refuse(400, "oauth_problem_adviceBad Request");

/** The key is unknown, the signature wrong, the time far off or the nonce used. @see apple 2 */
export const unauthorized = (): Refusal => refuse(401, "oauth_problem_adviceUnauthorized");

/** RFC 5849 section 3.6: all but the unreserved characters of RFC 3986, byte by byte. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad();
  }
}

/** `OAuth realm="ADM", oauth_nonce="…"` */
function parametersOf(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const list = /^OAuth\s+(?<list>.*)$/is.exec(header)?.groups?.["list"];
  if (list === undefined) throw bad();
  for (const part of list.split(",")) {
    const { name = "", value = "" } = /^\s*(?<name>[^\s=]+)="(?<value>[^"]*)"\s*$/.exec(part)?.groups ?? {};
    const key = decode(name);
    if (key === "" || parameters.has(key)) throw bad();
    parameters.set(key, decode(value));
  }
  parameters.delete("realm");
  return parameters;
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** RFC 5849 section 3.4.1: method, address without query and usual port, parameters in their order. */
function baseOf({ method, origin, path, query }: SimulatorRequest, parameters: ReadonlyMap<string, string>): string {
  const { protocol, host } = new URL(origin);
  const pairs = [...parameters, ...query]
    .filter(([name]) => name !== "oauth_signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a, x], [b, y]) => byBytes(a, b) || byBytes(x, y));
  const said = pairs.map(([name, value]) => `${name}=${value}`).join("&");
  return [method.toUpperCase(), `${protocol}//${host}${path}`, said].map(encode).join("&");
}

/**
 * What a request was signed with; whether it is right is not looked at.
 *
 * @throws Refusal `oauth_problem_adviceBad Request` (400) where a parameter is missing, there twice, or of another method
 */
export function signedOf(request: SimulatorRequest): SignedRequest {
  const parameters = parametersOf(request.headers["authorization"] ?? "");
  const [consumerKey, token, method, signature, timestamp, nonce] = NEEDED.map((name) => parameters.get(name) ?? "");
  if (!consumerKey || !token || !signature || !nonce || method !== "HMAC-SHA1") throw bad();
  if (!/^\d{1,12}$/.test(timestamp ?? "") || (parameters.get("oauth_version") ?? "1.0") !== "1.0") throw bad();
  return {
    consumerKey,
    token,
    nonce,
    signature,
    timestamp: Number(timestamp),
    base: baseOf(request, parameters),
  };
}

/** Whether it was signed with these secrets. @see RFC 5849 section 3.4.2 */
export function isSignedWith({ base, signature }: SignedRequest, consumerSecret: string, tokenSecret: string): boolean {
  const right = createHmac("sha1", `${encode(consumerSecret)}&${encode(tokenSecret)}`)
    .update(base)
    .digest();
  const given = Buffer.from(signature, "base64");
  return given.length === right.length && timingSafeEqual(given, right);
}
