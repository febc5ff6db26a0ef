import { createHmac } from "node:crypto";
import { exportSPKI, generateKeyPair } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openIdentityProvider } from "#support/identity-provider.ts";
import { IdentityProvider, OperatorAccess } from "./operators.ts";
import { parseServeSettings, type OidcSettings } from "./settings.ts";

let provider: Awaited<ReturnType<typeof openIdentityProvider>>;
let settings: OidcSettings;
let now = 0;
let verifier: IdentityProvider;

beforeEach(async () => {
  provider = await openIdentityProvider();
  const { issuer, audience } = provider;
  settings = { issuer, audience, clientId: "clomoctl", scope: "openid", groups: "groups" };
  now = 0;
  verifier = new IdentityProvider(settings, () => now);
});
afterEach(() => provider[Symbol.asyncDispose]());

const verify = async (token: string | Promise<string>): Promise<unknown> =>
  verifier
    .verify(await token)
    .catch(({ code, retryAfterMs }: { code: string; retryAfterMs?: number }) =>
      retryAfterMs === undefined ? code : `${code}, later`,
    );

const countKeyRequests = (): number => provider.requests.filter((request) => request.includes("jwks")).length;

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** An attacker signs with the provider's public key, which everybody can read, as if it were a shared secret. */
const signWithPublicKey = async (): Promise<string> => {
  const { publicKey, kid } = provider.keys[0];
  const [, claims = ""] = (await provider.sign()).split(".");
  const signed = `${encode({ alg: "HS256", kid })}.${claims}`;
  return `${signed}.${createHmac("sha256", await exportSPKI(publicKey))
    .update(signed)
    .digest("base64url")}`;
};

const removeSignature = async (): Promise<string> => {
  const [, claims = ""] = (await provider.sign()).split(".");
  return `${encode({ alg: "none" })}.${claims}.`;
};

test("a token of the provider says who somebody is", async () => {
  const groups = ["operators", "東日本"];
  expect(await verify(provider.sign({ name: "佐藤\u202e 太郎\u0007", groups }))).toEqual({
    subject: "taro",
    name: "佐藤 太郎",
    groups,
  });
  expect(await verify(provider.sign({ name: "\u200b \ud800", preferred_username: "sato" }))).toMatchObject({
    name: "sato",
  });
  expect(await verify(provider.sign({ email: "taro@example.jp" }))).toEqual({
    subject: "taro",
    name: "taro",
    groups: [],
  });
  expect(countKeyRequests()).toBe(1);
});

test.each<readonly [string, () => Promise<string>]>([
  ["another audience", () => provider.sign({ aud: "https://other.example/" })],
  ["another issuer", () => provider.sign({ iss: "https://other.example" })],
  ["expired", () => provider.sign({ iat: inSeconds(-700), exp: inSeconds(-60) })],
  ["not valid yet", () => provider.sign({ nbf: inSeconds(120) })],
  ["issued in the future", () => provider.sign({ iat: inSeconds(600), exp: inSeconds(1200) })],
  ["valid for more than an hour", () => provider.sign({ exp: inSeconds(3700) })],
  ["without an end", () => provider.sign({ exp: undefined })],
  ["without a beginning", () => provider.sign({ iat: undefined })],
  ["without a subject", () => provider.sign({ sub: undefined })],
  ["with line breaks in the subject", () => provider.sign({ sub: "taro\nhanako" })],
  ...["\u202e", "\u200b", "\u2028", "\ud800"].map(
    (hidden) =>
      [`with ${JSON.stringify(hidden)} in the subject`, () => provider.sign({ sub: `ta${hidden}ro` })] as const,
  ),
  ["without a signature", removeSignature],
  ["signed with the public key as a secret", signWithPublicKey],
  ["signed by somebody else", async () => provider.sign({}, {}, (await generateKeyPair("RS256")).privateKey)],
  ["not a token", async () => "a.b.c"],
])("a token is refused: %s", async (_, create) => {
  expect(await verify(create())).toBe("not-signed-in");
});

test("a new key is fetched once, and unknown ones do not lead to a storm of requests", async () => {
  await verify(provider.sign());
  await provider.rotateKeys();
  now += 60_000;
  expect(await verify(provider.sign())).toMatchObject({ subject: "taro" });
  expect(countKeyRequests()).toBe(2);
  now += 60_000;
  for (let i = 0; i < 20; i += 1)
    expect(await verify(provider.sign({}, { kid: `invented ${i}` }))).toBe("not-signed-in");
  expect(countKeyRequests()).toBe(3);
});

test("while the provider is away, known keys go on, and new ones wait", async () => {
  const [known, invented] = await Promise.all([provider.sign(), provider.sign({}, { kid: "new" })]);
  await provider.stop();
  expect(await verify(known)).toBe("unavailable, later");
  await provider.restart();
  now += 60_000;
  expect(await verify(known)).toMatchObject({ subject: "taro" });
  await provider.stop();
  now += 3_600_000;
  expect(await verify(known)).toMatchObject({ subject: "taro" });
  for (const wait of [60_000, 0]) {
    now += wait;
    expect(await verify(invented)).toBe("unavailable, later");
    expect(await verify(known)).toMatchObject({ subject: "taro" });
  }
});

test("a key that the provider removed ends", async () => {
  const token = await provider.sign();
  await verify(token);
  await provider.rotateKeys(false);
  now += 3_600_000;
  await verify(token);
  await expect.poll(() => verify(token), { timeout: 60_000 }).toBe("not-signed-in");
});

const openAccess = (rules: string, before?: OperatorAccess): OperatorAccess => {
  const { issuer, audience } = settings;
  const content = `oidc: { issuer: '${issuer}', clientId: clomoctl, audience: '${audience}' }\n${rules}`;
  return new OperatorAccess(parseServeSettings(content, "serve.yaml"), before);
};

const RULES = `operators:
  - { who: 'subject:taro', tenants: ['kanto-*', osaka], role: system }
  - { who: 'group:taro', tenants: ['*'], role: division }
  - { who: 'group:operators', tenants: [kanto-1], role: custom, scheme: 閲覧 }`;

test.each<[subject: string, groups: readonly string[], tenant: string, role: string | undefined]>([
  ["taro", [], "kanto-1", "system"],
  ["taro", [], "Osaka", "system"],
  ["taro", [], "osaka-2", undefined],
  ["operators", [], "kanto-1", undefined],
  ["hanako", ["taro"], "osaka", "division"],
  ["hanako", ["operators"], "kanto-1", "custom"],
  ["hanako", ["operators"], "kanto-2", undefined],
  ["hanako", [], "kanto-1", undefined],
])("%s of the groups %j is in %s: %s", (subject, groups, tenant, role) => {
  expect(openAccess(RULES).findOperator({ subject, name: "x", groups }, tenant)?.role).toBe(role);
});

test("without passwords, only the provider's tokens are accepted", async () => {
  const ask = (access: OperatorAccess, authorization: string | undefined) =>
    access
      .identify(new Request("http://localhost/", authorization === undefined ? {} : { headers: { authorization } }))
      .then(
        (identity) => identity?.subject ?? "an account",
        ({ code }: { code: string }) => code,
      );
  const [open, closed] = [openAccess(RULES), openAccess(`${RULES}\npasswords: false`)];
  for (const header of [undefined, "Bearer clomo_x", "Basic x"]) {
    expect(await ask(open, header)).toBe("an account");
    expect(await ask(closed, header)).toBe("not-signed-in");
  }
  const header = `Bearer ${await provider.sign()}`;
  for (const access of [open, closed]) expect(await ask(access, header)).toBe("taro");
  await provider.stop();
  expect(await ask(openAccess("operators: []", open), header)).toBe("taro");
  expect(await ask(openAccess("operators: []"), header)).toBe("unavailable");
});
