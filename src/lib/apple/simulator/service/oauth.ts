import { createHmac, timingSafeEqual } from "node:crypto";
import { createRefusal, type Refusal, type SimulatorRequest } from "../messages.ts";

/** The OAuth parameters of a signed request. @see RFC 5849 section 3.1 */
export interface SignedRequest {
  readonly consumerKey: string;
  readonly token: string;
  readonly nonce: string;
  /** seconds since 1970-01-01 UTC */
  readonly timestamp: number;
  readonly signature: string;
  /** signature base string, which is the text that was signed */
  readonly base: string;
}

const REQUIRED_PARAMETERS = [
  "oauth_consumer_key",
  "oauth_token",
  "oauth_signature_method",
  "oauth_signature",
  "oauth_timestamp",
  "oauth_nonce",
] as const;

/** Creates the refusal for parameters that are missing, not supported or repeated. @see apple 2 */
const createBadRequestRefusal = (): Refusal => createRefusal(400, "oauth_problem_adviceBad Request");

/** Creates the refusal for an unknown key, a wrong signature or clock, or a used nonce.  @see apple 2 */
export const createUnauthorizedRefusal = (): Refusal => createRefusal(401, "oauth_problem_adviceUnauthorized");

/** Percent-encodes each byte except the unreserved characters of RFC 3986. @see RFC 5849 section 3.6 */
const percentEncode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw createBadRequestRefusal();
  }
}

/** Parses an `Authorization` header such as `OAuth realm="ADM", oauth_nonce="…"`. */
function parseAuthorizationHeader(header: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const list = /^OAuth\s+(?<list>.*)$/is.exec(header)?.groups?.["list"];
  if (list === undefined) throw createBadRequestRefusal();
  for (const part of list.split(",")) {
    const { name = "", value = "" } = /^\s*(?<name>[^\s=]+)="(?<value>[^"]*)"\s*$/.exec(part)?.groups ?? {};
    const key = percentDecode(name);
    if (key === "" || parameters.has(key)) throw createBadRequestRefusal();
    parameters.set(key, percentDecode(value));
  }
  parameters.delete("realm");
  return parameters;
}

const compareEncoded = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Builds the signature base (RFC 5849, 3.4.1): method, URL without query and default port, sorted parameters. */
function buildSignatureBaseString(
  { method, origin, path, query }: SimulatorRequest,
  parameters: ReadonlyMap<string, string>,
): string {
  const { protocol, host } = new URL(origin);
  const pairs = [...parameters, ...query]
    .filter(([name]) => name !== "oauth_signature")
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted(([a, x], [b, y]) => compareEncoded(a, b) || compareEncoded(x, y));
  const said = pairs.map(([name, value]) => `${name}=${value}`).join("&");
  return [method.toUpperCase(), `${protocol}//${host}${path}`, said].map(percentEncode).join("&");
}

/**
 * Reads the OAuth parameters of a signed request, without verifying the signature.
 *
 * @throws Refusal `oauth_problem_adviceBad Request` (400) if a parameter is missing, repeated or not supported
 */
export function parseSignedRequest(request: SimulatorRequest): SignedRequest {
  const parameters = parseAuthorizationHeader(request.headers["authorization"] ?? "");
  const [consumerKey, token, method, signature, timestamp, nonce] = REQUIRED_PARAMETERS.map(
    (name) => parameters.get(name) ?? "",
  );
  if (!consumerKey || !token || !signature || !nonce || method !== "HMAC-SHA1") throw createBadRequestRefusal();
  if (!/^\d{1,12}$/.test(timestamp ?? "") || (parameters.get("oauth_version") ?? "1.0") !== "1.0")
    throw createBadRequestRefusal();
  return {
    consumerKey,
    token,
    nonce,
    signature,
    timestamp: Number(timestamp),
    base: buildSignatureBaseString(request, parameters),
  };
}

/** Returns true if the request was signed with these secrets. @see RFC 5849 section 3.4.2 */
export function isSignedWith({ base, signature }: SignedRequest, consumerSecret: string, tokenSecret: string): boolean {
  const right = createHmac("sha1", `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`)
    .update(base)
    .digest();
  const given = Buffer.from(signature, "base64");
  return given.length === right.length && timingSafeEqual(given, right);
}
