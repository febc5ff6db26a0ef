import { generateKeyPairSync, verify, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { AppleRequest } from "../send.ts";
import { FakeApple, createJsonResponse, NOW, type FakeAppleResponse } from "#support/apple/apple.ts";
import { parseApiKey } from "./assertion.ts";
import { createBusinessClient, type BusinessDevice } from "./client.ts";

const pemOf = (key: KeyObject, type: "pkcs8" | "sec1" | "spki" = "pkcs8"): string =>
  key.export({ type, format: "pem" }).toString();
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const isToken = ({ url }: AppleRequest): boolean => url.endsWith("/auth/oauth2/token");

function business(answer: (request: AppleRequest, count: number) => FakeAppleResponse, keyId?: string) {
  let tokens = 0;
  let count = 0;
  const apple = new FakeApple((request) => {
    if (isToken(request))
      return createJsonResponse({ access_token: `t${(tokens += 1)}`, expires_in: 3600, token_type: "Bearer" });
    return answer(request, (count += 1));
  });
  const opened = createBusinessClient({
    ...apple.patience,
    place: { api: "https://api.example", account: "https://account.example" },
    clientId: "BUSINESSAPI.1",
    keyId,
    key: privateKey,
    random: (size) => new Uint8Array(size).fill(1),
    program: "clomoctl/1.2.3",
  });
  return { apple, business: opened };
}

const device = (serialNumber: string, status = "ASSIGNED") => ({
  type: "orgDevices",
  id: serialNumber,
  attributes: { serialNumber, status, deviceModel: "iPhone 15", orderNumber: "1234", imei: ["35"] },
});
const server = (id: string, serverName: string) => ({ type: "mdmServers", id, attributes: { serverName } });

const allOf = async (pages: AsyncIterable<readonly BusinessDevice[]>): Promise<readonly string[]> => {
  const serials: string[] = [];
  for await (const page of pages) serials.push(...page.map(({ serialNumber }) => serialNumber));
  return serials;
};

describe("the access token", () => {
  const claimsOf = (request: AppleRequest | undefined) => {
    const form = new URLSearchParams(request?.body);
    const [header = "", claims = "", signature = ""] = (form.get("client_assertion") ?? "").split(".");
    const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
    const isValid = verify("sha256", Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, "base64url"));
    const [head, body] = [header, claims].map((part): unknown => JSON.parse(Buffer.from(part, "base64url").toString()));
    return { form: Object.fromEntries(form), head, body, isValid };
  };

  test("is requested with a signed assertion", async () => {
    const { apple, business: api } = business(() => createJsonResponse({ data: [] }), "K1");
    await api.mdmServers();
    const [asked, listed] = apple.requests;
    const seconds = NOW / 1000;
    expect(asked).toMatchObject({
      method: "POST",
      url: "https://account.example/auth/oauth2/token",
      headers: { "content-type": "application/x-www-form-urlencoded", "user-agent": "clomoctl/1.2.3" },
    });
    expect(claimsOf(asked)).toMatchObject({
      isValid: true,
      form: {
        grant_type: "client_credentials",
        client_id: "BUSINESSAPI.1",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        scope: "business.api",
      },
      head: { alg: "ES256", kid: "K1", typ: "JWT" },
      body: {
        iss: "BUSINESSAPI.1",
        sub: "BUSINESSAPI.1",
        aud: "https://account.example/auth/oauth2/v2/token",
        iat: seconds,
        exp: seconds + 600,
        jti: "01".repeat(16),
      },
    });
    expect(listed?.headers).toMatchObject({ authorization: "Bearer t1", "user-agent": "clomoctl/1.2.3" });
  });

  test("is reused until it expires", async () => {
    const { apple, business: api } = business(() => createJsonResponse({ data: [] }));
    await api.mdmServers();
    apple.now += 58 * 60_000;
    await api.mdmServers();
    apple.now += 2 * 60_000;
    await api.mdmServers();
    expect(apple.requests.filter(isToken)).toHaveLength(2);
  });

  test("is requested once more if it is refused", async () => {
    const { apple, business: api } = business((_, count) =>
      count === 1 ? { status: 401 } : createJsonResponse({ data: [] }),
    );
    await api.mdmServers();
    expect(apple.requests.filter(isToken)).toHaveLength(2);
    const refused = business(() => ({ status: 401 }));
    await expect(refused.business.mdmServers()).rejects.toMatchObject({ code: "not-permitted" });
    expect(refused.apple.requests).toHaveLength(4);
  });

  test.each([
    [{ status: 400, ...createJsonResponse({ error: "invalid_client" }) }, "not-permitted"],
    [{ status: 403 }, "not-permitted"],
    [{ status: 500 }, "unavailable"],
    [createJsonResponse({ expires_in: 3600 }), "unavailable"],
    [createJsonResponse({ access_token: "a\r\nb", expires_in: 3600 }), "unavailable"],
    [createJsonResponse({ access_token: "a", expires_in: "3600" }), "unavailable"],
    [{ body: "<html>" }, "unavailable"],
  ])("causes a failure if it is missing: %j", async (answer, code) => {
    const apple = new FakeApple(() => answer);
    const api = createBusinessClient({
      ...apple.patience,
      place: { api: "https://api.example", account: "https://account.example" },
      clientId: "BUSINESSAPI.1",
      key: privateKey,
      random: (size) => new Uint8Array(size),
      program: "p/1",
    });
    await expect(api.mdmServers()).rejects.toMatchObject({
      code,
      where: "POST https://account.example/auth/oauth2/token",
    });
  });
});

describe("devices", () => {
  test("are read page by page", async () => {
    const { apple, business: api } = business((_, count) =>
      createJsonResponse({
        data: [device(`A${count}`), device(`B${count}`, "UNASSIGNED")],
        links: count === 3 ? { self: "x" } : { next: `https://api.example/v1/orgDevices?limit=100&cursor=${count}` },
      }),
    );
    expect(await allOf(api.orgDevices())).toEqual(["A1", "B1", "A2", "B2", "A3", "B3"]);
    expect(apple.lines.slice(1)).toEqual([
      "GET /v1/orgDevices?limit=100",
      "GET /v1/orgDevices?limit=100&cursor=1",
      "GET /v1/orgDevices?limit=100&cursor=2",
    ]);
  });

  test.each([
    "https://elsewhere.example/v1/orgDevices",
    "http://[",
    7,
    // the same again
    "/v1/orgDevices?limit=100",
  ])("do not follow an invalid link: %j", async (next) => {
    const { apple, business: api } = business(() => createJsonResponse({ data: [], links: { next } }));
    await expect(allOf(api.orgDevices())).rejects.toThrow(
      "Apple's response does not match Apple's documentation: links.next",
    );
    expect(apple.requests.filter(({ url }) => url.startsWith("https://elsewhere"))).toEqual([]);
    expect(apple.requests).toHaveLength(2);
  });
});

describe("servers", () => {
  test("are listed", async () => {
    const { business: api } = business(() => createJsonResponse({ data: [server("1", "CLOMO"), server("2", "予備")] }));
    expect(await api.mdmServers()).toEqual([
      { id: "1", name: "CLOMO" },
      { id: "2", name: "予備" },
    ]);
  });

  test("are found for a device", async () => {
    const { apple, business: api } = business(() => createJsonResponse({ data: server("2", "予備") }));
    expect(await api.assignedServer("A/1")).toEqual({ id: "2", name: "予備" });
    expect(apple.lines[1]).toBe("GET /v1/orgDevices/A%2F1/assignedServer");
  });

  test.each([{ status: 404 }, createJsonResponse({ data: null })])(
    "are null for a device without a server: %j",
    async (answer) => {
      const { business: api } = business(() => answer);
      expect(await api.assignedServer("A")).toBeNull();
    },
  );
});

describe("the key", () => {
  test("is EC P-256 in PEM", () => {
    expect(parseApiKey("k.pem", pemOf(privateKey)).asymmetricKeyType).toBe("ec");
    expect(parseApiKey("k.pem", pemOf(privateKey, "sec1")).asymmetricKeyType).toBe("ec");
  });

  test.each([
    ["another curve", pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey)],
    ["RSA", pemOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)],
    ["public", pemOf(publicKey, "spki")],
    ["none", "SECRET"],
    ["empty", ""],
  ])("is refused if it is %s", (_, pem) => {
    expect(() => parseApiKey("k.pem", pem)).toThrow(
      expect.objectContaining({ code: "input-rejected", where: "k.pem", cause: undefined }),
    );
  });
});
