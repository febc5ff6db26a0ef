import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildAuthorizationHeader, type RequestToSign } from "./ade-session.ts";

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

function independently({ method, url, token, nonce, timestamp }: RequestToSign): string {
  const all = [
    ["oauth_consumer_key", token.consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_timestamp", String(timestamp)],
    ["oauth_token", token.accessToken],
    ["oauth_version", "1.0"],
  ].map(([name = "", value = ""]) => Buffer.from(`${percent(name)}\0${percent(value)}`));
  const lines = all.toSorted((a, b) => Buffer.compare(a, b)).map((line) => line.toString().replace("\0", "="));
  const base = `${method}&${percent(url.replace(":443", ""))}&${percent(lines.join("&"))}`;
  return createHmac("sha1", `${percent(token.consumerSecret)}&${percent(token.accessSecret)}`)
    .update(base)
    .digest("base64");
}

test("signs like an independent implementation of RFC 5849", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 12 });
  const place = fc.tuple(
    fc.constantFrom("", ":443", ":80", ":8443"),
    fc.constantFrom("/session", "/profile", "/", "/a%20b/~c"),
  );
  const requests = fc.record({
    method: fc.constantFrom("GET", "POST", "DELETE"),
    url: place.map(([port, path]) => `https://a.example${port}${path}`),
    token: fc.record({ consumerKey: word, consumerSecret: word, accessToken: word, accessSecret: word }),
    nonce: word,
    timestamp: fc.constant(1_700_000_000),
  });
  fc.assert(
    fc.property(requests, (request) => {
      const parameters = parametersOf(buildAuthorizationHeader(request));
      expect(parameters.get("oauth_signature")).toBe(independently(request));
      expect(parameters.get("oauth_consumer_key")).toBe(request.token.consumerKey);
    }),
    { numRuns: 100 },
  );
});
