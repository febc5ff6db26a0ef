import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildAuthorizationHeader } from "./ade-session.ts";

const TOKEN = { consumerKey: "CK_1", consumerSecret: "CS_1", accessToken: "AT_1", accessSecret: "AS_1" };

const parametersOf = (header: string): Map<string, string> =>
  new Map(
    [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, decodeURIComponent(value)]),
  );

test("signs like Apple's documented clients", () => {
  const header = buildAuthorizationHeader({
    method: "GET",
    url: "http://127.0.0.1:8080/session",
    token: TOKEN,
    nonce: "nonce1",
    timestamp: 1_700_000_000,
  });
  expect(header).toBe(
    'OAuth oauth_consumer_key="CK_1", oauth_nonce="nonce1", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1700000000", oauth_token="AT_1", oauth_version="1.0", oauth_signature="LrmOGpWRT0jnfvWhIKVE0TMsS94%3D"',
  );
});

/** RFC 5849 once more, byte by byte. */
const UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

const percent = (value: string): string =>
  Array.from(Buffer.from(value, "utf8"), (byte) => {
    const character = String.fromCharCode(byte);
    return UNRESERVED.includes(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");

interface Parts {
  readonly port: number | undefined;
  readonly path: string;
  readonly method: string;
  readonly secrets: readonly string[];
  readonly nonce: string;
}

function independently({ port, path, method, secrets, nonce }: Parts): string {
  const [consumerKey = "", consumerSecret = "", accessToken = "", accessSecret = ""] = secrets;
  const all = [
    ["oauth_consumer_key", consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_timestamp", "1700000000"],
    ["oauth_token", accessToken],
    ["oauth_version", "1.0"],
  ].map(([name = "", value = ""]) => Buffer.from(`${percent(name)}\0${percent(value)}`));
  const lines = all.toSorted((a, b) => Buffer.compare(a, b)).map((line) => line.toString().replace("\0", "="));
  const host = port === undefined || port === 443 ? "a.example" : `a.example:${port}`;
  const base = `${method}&${percent(`https://${host}${path}`)}&${percent(lines.join("&"))}`;
  return createHmac("sha1", `${percent(consumerSecret)}&${percent(accessSecret)}`)
    .update(base)
    .digest("base64");
}

test("signs like an independent implementation of RFC 5849", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 12 });
  const parts = fc.record({
    port: fc.constantFrom(undefined, 443, 80, 8443),
    path: fc.constantFrom("/session", "/profile", "/", "/a%20b/~c"),
    method: fc.constantFrom("GET", "POST", "DELETE"),
    secrets: fc.array(word, { minLength: 4, maxLength: 4 }),
    nonce: word,
  });
  fc.assert(
    fc.property(parts, (parts) => {
      const [consumerKey = "", consumerSecret = "", accessToken = "", accessSecret = ""] = parts.secrets;
      const port = parts.port === undefined ? "" : `:${parts.port}`;
      const header = buildAuthorizationHeader({
        method: parts.method,
        url: `https://a.example${port}${parts.path}`,
        token: { consumerKey, consumerSecret, accessToken, accessSecret },
        nonce: parts.nonce,
        timestamp: 1_700_000_000,
      });
      expect(parametersOf(header).get("oauth_signature")).toBe(independently(parts));
      expect(parametersOf(header).get("oauth_consumer_key")).toBe(consumerKey);
    }),
    { numRuns: 100 },
  );
});
