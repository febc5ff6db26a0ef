import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import {
  SIMULATOR_BASE_URL,
  parseBody,
  simulateApple,
  SIMULATOR_START_TIME,
  type Mdm,
} from "#support/apple/simulator/mdm.ts";

interface Key {
  readonly clientId: string;
  readonly keyId: string;
  readonly privateKey: string;
}

const AUDIENCE = "https://account.apple.com/auth/oauth2/v2/token";
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const keyOf = async (mdm: Mdm): Promise<Key> =>
  parseBody(await mdm.control("POST", "/business-keys", {})) as unknown as Key;

/** A client assertion, with these claims and this header in place of the usual ones. */
function assertionOf(
  { clientId, keyId, privateKey }: Key,
  claims: object = {},
  header: object = { kid: keyId },
): string {
  const iat = SIMULATOR_START_TIME / 1000;
  const usual = { iss: clientId, sub: clientId, aud: AUDIENCE, iat, exp: iat + 600, jti: "1" };
  const signed = `${part({ alg: "ES256", typ: "JWT", ...header })}.${part({ ...usual, ...claims })}`;
  const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

const tokenFor = (mdm: Mdm, key: Key, assertion: string, change: Readonly<Record<string, string>> = {}) => {
  const form = {
    grant_type: "client_credentials",
    client_id: key.clientId,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope: "business.api",
    ...change,
  };
  const body = new URLSearchParams(form).toString();
  return mdm.send({ method: "POST", url: `${SIMULATOR_BASE_URL}/auth/oauth2/token`, headers: {}, body });
};

async function reader(mdm: Mdm) {
  const key = await keyOf(mdm);
  const { access_token: token } = parseBody(await tokenFor(mdm, key, assertionOf(key)));
  return (path: string) =>
    mdm.send({
      method: "GET",
      url: path.startsWith("http") ? path : `${SIMULATOR_BASE_URL}/v1/${path}`,
      headers: { authorization: `Bearer ${String(token)}` },
    });
}

test("apple 6: an assertion signed with the key opens the API for an hour, with or without the key's ID", async () => {
  const { mdm } = simulateApple();
  const key = await keyOf(mdm);
  expect(key).toMatchObject({
    clientId: expect.stringMatching(/^BUSINESSAPI\./),
    privateKey: expect.stringContaining("PRIVATE KEY"),
  });
  const answer = parseBody(await tokenFor(mdm, key, assertionOf(key)));
  expect(answer).toMatchObject({ token_type: "Bearer", expires_in: 3600, scope: "business.api" });
  expect(
    await tokenFor(mdm, key, assertionOf(key, { aud: `${SIMULATOR_BASE_URL}/auth/oauth2/v2/token` }, {})),
  ).toMatchObject({
    status: 200,
  });
  const read = await reader(mdm);
  expect(await read("mdmServers")).toMatchObject({ status: 200 });
  mdm.now += 3600 * 1000;
  expect(await read("mdmServers")).toMatchObject({ status: 401 });
});

test("apple 6: an invalid assertion is invalid_client", async () => {
  const { mdm } = simulateApple();
  const key = await keyOf(mdm);
  const now = SIMULATOR_START_TIME / 1000;
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const wrong = [
    "",
    "a.b.c",
    `${assertionOf(key)}.x`,
    assertionOf({ ...key, privateKey }),
    assertionOf(key, { aud: "https://account.apple.com/auth/oauth2/token" }),
    assertionOf(key, { iss: "other" }),
    assertionOf(key, { sub: "other" }),
    assertionOf(key, { exp: now }),
    assertionOf(key, { exp: now + 181 * 24 * 3600 }),
    assertionOf(key, { iat: now + 3600, exp: now + 7200 }),
    assertionOf(key, { exp: "later" }),
    assertionOf(key, {}, { kid: "other" }),
    assertionOf(key, {}, { alg: "none" }),
  ];
  for (const assertion of wrong) {
    const answer = await tokenFor(mdm, key, assertion);
    expect([answer.status, answer.body], assertion).toEqual([400, '{"error":"invalid_client"}']);
  }
  for (const [change, error] of [
    [{ client_id: "BUSINESSAPI.other" }, "invalid_client"],
    [{ grant_type: "password" }, "unsupported_grant_type"],
    [{ scope: "school.api" }, "invalid_scope"],
    [{ client_assertion_type: "x" }, "invalid_request"],
  ] as const) {
    expect(parseBody(await tokenFor(mdm, key, assertionOf(key), change))).toEqual({ error });
  }
});

test("without a token nothing can be read", async () => {
  const { mdm } = simulateApple();
  for (const headers of [{}, { authorization: "Bearer x" }]) {
    const answer = await mdm.send({ method: "GET", url: `${SIMULATOR_BASE_URL}/v1/orgDevices`, headers });
    expect(answer.status).toBe(401);
    expect(parseBody(answer)).toMatchObject({ errors: [{ status: "401", code: "NOT_AUTHORIZED" }] });
  }
});

interface Page {
  readonly data: readonly { readonly id: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly links: { readonly next?: string };
  readonly meta: { readonly paging: { readonly limit: number; readonly nextCursor?: string } };
}

test("apple 6: lists all devices in pages of a hundred, including devices of other servers or no server", async () => {
  const { simulator, mdm } = simulateApple({ devices: 250 });
  const [one = "", two = "", three = ""] = [...simulator.devices()].map(({ serial }) => serial);
  await mdm.control("POST", "/devices/assign", { serials: [one], none: true });
  await mdm.control("POST", "/devices/assign", { serials: [two], server: "other" });
  await mdm.control("POST", "/devices/release", { serials: [three] });
  const read = await reader(mdm);
  const found: Page["data"][number][] = [];
  let [next, pages]: [string | undefined, number] = ["orgDevices?limit=1000", 0];
  while (next !== undefined) {
    const page = parseBody(await read(next)) as unknown as Page;
    found.push(...page.data);
    next = page.links.next;
    pages += 1;
    expect(page.meta.paging.limit).toBe(100);
  }
  expect([found.length, pages]).toEqual([249, 3]);
  const status = new Map(found.map(({ id, attributes }) => [id, attributes["status"]]));
  expect([status.get(one), status.get(two), status.get(three)]).toEqual(["UNASSIGNED", "ASSIGNED", undefined]);
  expect(found[1]?.attributes).toMatchObject({ serialNumber: two, addedToOrgDateTime: "2026-11-20T01:00:00.000Z" });
  const servers = parseBody(await read("mdmServers"))["data"] as { id: string; attributes: { serverName: string } }[];
  expect(servers.map(({ attributes }) => attributes.serverName)).toEqual(["SIMULATOR MDM Server", "SIMULATOR other"]);
  expect(parseBody(await read(`orgDevices/${two}/assignedServer`))["data"]).toEqual(servers[1]);
  const linkage = parseBody(await read(`orgDevices/${two}/relationships/assignedServer`))["data"];
  expect(linkage).toEqual({ type: "mdmServers", id: servers[1]?.id });
  expect(parseBody(await read(`mdmServers/${servers[1]?.id}/relationships/devices`))["data"]).toEqual([
    { type: "orgDevices", id: two },
  ]);
  expect(parseBody(await read(`orgDevices/${two}`))["data"]).toMatchObject({ id: two });
});

test("an unknown path or device is 404, and device activities are not supported", async () => {
  const { simulator, mdm } = simulateApple();
  const [one = "", two = ""] = [...simulator.devices()].map(({ serial }) => serial);
  await mdm.control("POST", "/devices/assign", { serials: [one], none: true });
  await mdm.control("POST", "/devices/release", { serials: [two] });
  const read = await reader(mdm);
  for (const path of [
    `orgDevices/${one}/assignedServer`,
    `orgDevices/${two}`,
    "orgDevices/NONE",
    "mdmServers/x/relationships/devices",
    "other",
  ]) {
    expect((await read(path)).status, path).toBe(404);
  }
  for (const query of ["limit=0", "limit=x", "cursor=-1"]) expect((await read(`orgDevices?${query}`)).status).toBe(400);
  const activity = await mdm.send({
    method: "POST",
    url: `${SIMULATOR_BASE_URL}/v1/orgDeviceActivities`,
    headers: {},
    body: "{}",
  });
  expect(activity.status).toBe(404);
});
