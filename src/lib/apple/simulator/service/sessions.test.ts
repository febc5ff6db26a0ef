import { expect, test } from "vitest";
import {
  buildAuthorizationHeader,
  SIMULATOR_BASE_URL,
  parseBody,
  computeSignature,
  simulateApple,
  SIMULATOR_START_TIME,
} from "#support/apple/simulator/mdm.ts";

const HOUR_MS = 3600 * 1000;
const YEAR_MS = 365 * 24 * HOUR_MS;

test("apple 2: the test client's signature matches the test vector", () => {
  const token = {
    consumer_key: "CK_1",
    consumer_secret: "CS_1",
    access_token: "AT_1",
    access_secret: "AS_1",
    access_token_expiry: "",
  };
  expect(computeSignature({ token, nonce: "nonce1", timestamp: 1_700_000_000 })).toBe("LrmOGpWRT0jnfvWhIKVE0TMsS94=");
});

test("a signed request opens a session, which all other requests use", async () => {
  const { mdm } = simulateApple();
  await mdm.download();
  const answer = await mdm.openSession();
  expect(answer).toMatchObject({ status: 200, headers: { date: new Date(SIMULATOR_START_TIME).toUTCString() } });
  mdm.session = String(parseBody(answer)["auth_session_token"]);
  expect(mdm.session).not.toBe("");
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 200 });
});

test("the signature covers the port and the query of the URL", async () => {
  const { mdm } = simulateApple();
  const token = await mdm.download();
  const timestamp = SIMULATOR_START_TIME / 1000;
  const asked = async (url: string, signedUrl: string) => {
    const Authorization = buildAuthorizationHeader({ token, nonce: url, timestamp, url: signedUrl });
    return mdm.send({ method: "GET", url, headers: { Authorization, "User-Agent": "test/1" } });
  };
  expect(await asked("http://example.jp:80/session", "http://example.jp/session")).toMatchObject({ status: 200 });
  expect(await asked("https://example.jp/session", "https://example.jp/session")).toMatchObject({ status: 200 });
  expect(await asked(`${SIMULATOR_BASE_URL}/session`, "http://127.0.0.1/session")).toMatchObject({ status: 401 });
  expect(await asked(`${SIMULATOR_BASE_URL}/session?a=b`, `${SIMULATOR_BASE_URL}/session`)).toMatchObject({
    status: 401,
  });
});

const BAD = "oauth_problem_adviceBad Request";

test.each([
  ["nothing", ""],
  ["another scheme", "Bearer x"],
  ["no parameters", "OAuth "],
  ["one that is there twice", 'OAuth oauth_nonce="a", oauth_nonce="b"'],
  ["broken percent signs", 'OAuth oauth_nonce="%zz"'],
  ["no quotes", "OAuth oauth_nonce=a"],
])("apple 2: a header with %s is 400", async (_, header) => {
  const { mdm } = simulateApple();
  await mdm.download();
  expect(await mdm.openSession({ Authorization: header })).toMatchObject({ status: 400, body: BAD });
});

test.each([
  ["oauth_consumer_key", ""],
  ["oauth_token", ""],
  ["oauth_nonce", ""],
  ["oauth_signature", ""],
  ["oauth_timestamp", "soon"],
  ["oauth_signature_method", "PLAINTEXT"],
  ["oauth_version", "2.0"],
])("apple 2: an invalid %s is 400", async (name, value) => {
  const { mdm } = simulateApple();
  const token = await mdm.download();
  const header = buildAuthorizationHeader({ token, nonce: "n", timestamp: SIMULATOR_START_TIME / 1000 });
  const changed = header.replace(new RegExp(`${name}="[^"]*"`), `${name}="${value}"`);
  expect(changed).not.toBe(header);
  expect(await mdm.openSession({ Authorization: changed })).toMatchObject({ status: 400, body: BAD });
});

const UNAUTHORIZED = { status: 401, body: "oauth_problem_adviceUnauthorized" };

test("apple 2: an unknown key, a wrong secret, a wrong clock and a used nonce are 401", async () => {
  const { mdm } = simulateApple();
  const token = await mdm.download();
  const [timestamp, nonce] = [SIMULATOR_START_TIME / 1000, "n"];
  const asked = (change: object) =>
    mdm.openSession({ Authorization: buildAuthorizationHeader({ token, nonce, timestamp, ...change }) });
  expect(await asked({ token: { ...token, consumer_key: "CK_other" } })).toMatchObject(UNAUTHORIZED);
  expect(await asked({ token: { ...token, consumer_secret: "CS_other" } })).toMatchObject(UNAUTHORIZED);
  expect(await asked({ token: { ...token, access_secret: "AS_other" } })).toMatchObject(UNAUTHORIZED);
  expect(await asked({ timestamp: timestamp - 301 })).toMatchObject(UNAUTHORIZED);
  expect(await asked({ timestamp: timestamp + 301 })).toMatchObject(UNAUTHORIZED);
  expect(await asked({ timestamp: timestamp - 300 })).toMatchObject({ status: 200 });
  expect(await asked({})).toMatchObject({ status: 200 });
  expect(await asked({})).toMatchObject(UNAUTHORIZED);
  mdm.now += 11 * 60 * 1000;
  expect(await asked({ timestamp: mdm.now / 1000 })).toMatchObject({ status: 200 });
});

test("apple 1, 2: a newer token ends the old one and its session at once, and a token expires after a year", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const [old, session] = [mdm.token, mdm.session];
  await mdm.download();
  expect(await mdm.ask("GET /account")).toMatchObject({ status: 403, body: "token_rejectedForbidden" });
  const current = mdm.token;
  mdm.token = old;
  expect(await mdm.openSession()).toMatchObject({ status: 403, body: "token_rejectedForbidden" });
  mdm.token = current;
  await mdm.signIn();
  expect(mdm.session).not.toBe(session);
  await mdm.control("POST", "/advance", { ms: YEAR_MS });
  expect(await mdm.openSession()).toMatchObject({ status: 403, body: "token_expiredForbidden" });
});

test("apple 2: a missing user agent or one that Apple refuses is 400, on /session too", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  for (const [agent, body] of [
    ["", "USER_AGENT_MISSING"],
    [" ", "USER_AGENT_MISSING"],
    ["python-requests/2.32", "USER_AGENT_INVALID"],
    ["nanodep-godep/0", "USER_AGENT_INVALID"],
  ] as const) {
    expect(await mdm.openSession({ "User-Agent": agent })).toMatchObject({ status: 400, body });
    expect(await mdm.ask("GET /account", undefined, { "user-agent": agent })).toMatchObject({ status: 400, body });
  }
  expect(await mdm.openSession({ "User-Agent": "nanodep-g-o-dep/0" })).toMatchObject({ status: 200 });
});

test("a missing, unknown or 15-minute-old session is 401", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const { session } = mdm;
  const refused = { status: 401, body: "Unauthorized" };
  expect(await mdm.ask("GET /account", undefined, { "x-adm-auth-session": "" })).toMatchObject(refused);
  expect(await mdm.ask("GET /account", undefined, { "x-adm-auth-session": "other" })).toMatchObject(refused);
  await mdm.control("POST", "/advance", { ms: HOUR_MS / 4 });
  expect(await mdm.ask("GET /account", undefined, { "x-adm-auth-session": session })).toMatchObject(refused);
});

test("apple 2: every 20th response starts a new session, and the old one soon becomes 401", async () => {
  const { mdm } = simulateApple();
  await mdm.signIn();
  const first = mdm.session;
  for (let n = 1; n < 20; n += 1) await mdm.ask("GET /account");
  expect(mdm.session).toBe(first);
  await mdm.ask("GET /account");
  expect(mdm.session).not.toBe(first);
  const old = { "x-adm-auth-session": first };
  expect(
    await mdm.send({ method: "GET", url: `${SIMULATOR_BASE_URL}/account`, headers: { ...old, "user-agent": "t" } }),
  ).toMatchObject({
    status: 200,
  });
  await mdm.ask("GET /account");
  expect(await mdm.ask("GET /account", undefined, old)).toMatchObject({ status: 401 });
});

test("a client that ignores a new session has three requests left, even if a refusal started it", async () => {
  const { mdm } = simulateApple({ rotateEvery: 2 });
  await mdm.signIn();
  const session = { "x-adm-auth-session": mdm.session };
  await mdm.ask("GET /account", undefined, session);
  const refused = await mdm.ask("POST /devices", {}, session);
  expect(refused).toMatchObject({ status: 400, body: "DEVICE_ID_REQUIRED" });
  expect(refused.headers["x-adm-auth-session"]).toBeDefined();
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await mdm.ask("GET /account", undefined, session)).status);
  expect(statuses).toEqual([200, 200, 200, 401]);
  await mdm.control("PUT", "/settings", { rotateEvery: 0 });
  await mdm.signIn();
  for (let n = 0; n < 50; n += 1) {
    expect((await mdm.ask("GET /account")).headers["x-adm-auth-session"]).toBeUndefined();
  }
});
