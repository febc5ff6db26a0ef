import { EventEmitter } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { decodeJwt } from "jose";
import { beforeEach, expect, test } from "vitest";
import { openTenant } from "../cli/tenant.ts";
import { Failure } from "../lib/errors/index.ts";
import { same } from "../lib/text/index.ts";
import { freshHome, run as runAtHome } from "#support/cli/home.ts";
import { freshFolder, run, runInBoth, type Circumstances } from "#support/commands/program.ts";
import { openIdentityProvider, SERVICE_CLIENT } from "#support/identity-provider.ts";
import { listenForTest } from "#support/listening.ts";

type Provider = Awaited<ReturnType<typeof openIdentityProvider>>;

/** The clock of the client stands still, so that no test depends on how long it takes. */
const START = Date.now();

let home: string;
beforeEach(() => void (home = freshFolder()));

/** Says what a server with an identity provider says, and keeps the credential of each request. */
const startServer = async (settings: object) => {
  const state = { tenants: ["kanto", "osaka"], received: [] as (string | undefined)[] };
  const answer = ({ url, headers }: IncomingMessage): unknown => {
    if (url === "/oidc.json") return settings;
    state.received.push(headers.authorization?.replace("Bearer ", ""));
    return url === "/tenants.json" ? { tenants: state.tenants.map((name) => ({ name, role: "system" })) } : {};
  };
  const server = createServer((request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer(request)));
  });
  return Object.assign(state, { url: `http://${await listenForTest(server)}` });
};

const act = (line: string, more: Circumstances = {}) => run(line, { home, outside: { openTenant }, ...more });

/** Signs in; the account enters the code as soon as it is shown. @param account null for one who refuses */
const login = async (provider: Provider, server: string, account: string | null = "taro") => {
  let decided: Promise<void> | undefined;
  const typing = (screen: string): undefined => {
    const [, code] = /enter the code ([A-Z]{4}-[A-Z]{4})/.exec(screen) ?? [];
    if (code !== undefined) decided ??= provider.decide(code, account ?? undefined);
  };
  const result = await act(`login ${server} --lang en`, { terminal: { typing, columns: 1000 }, now: new Date(START) });
  await decided;
  return { ...result, screen: stripVTControlCharacters(result.screen) };
};

const sessionFile = (): string => join(home, "sessions", readdirSync(join(home, "sessions"))[0] ?? "");

test("login at a server's provider adds its tenants, and all their commands use the one session", async () => {
  await using provider = await openIdentityProvider();
  const server = await startServer(provider.settings);
  await run("context add osaka --embedded", { home });
  const { exit, screen } = await login(provider, server.url);
  expect([exit, screen]).toEqual([0, expect.stringContaining(`uses the identity provider ${provider.issuer}`)]);
  expect(screen).toContain("2 tenants\nadded as contexts: kanto, 127.0.0.1-osaka\n");
  expect([readFileSync(sessionFile(), "utf8"), statSync(sessionFile()).mode & 0o777]).toEqual([
    expect.not.stringContaining("eyJ"),
    0o600,
  ]);
  const { audience: aud } = provider;
  expect(decodeJwt(server.received[0] ?? "")).toMatchObject({ sub: "taro", groups: ["operators"], aud });
  for (const context of ["kanto", "127.0.0.1-osaka"])
    expect(await act(`api GET /v1/whoami --context ${context}`, { now: new Date(START) })).toMatchObject({ exit: 0 });
  expect(new Set(server.received).size).toBe(1);
  server.tenants = ["kanto", "kyoto", "a/b"];
  const again = await login(provider, server.url);
  expect(again.screen).toContain("3 tenants\nadded as contexts: kyoto\n");
  expect(again.screen).toContain("the name is taken or cannot be used: a/b\n");
  expect(again.screen).toContain("tenants that you can no longer enter: 127.0.0.1-osaka");
  server.tenants = ["kanto", "\u001b[31m"];
  const refused = await login(provider, server.url);
  expect([refused.exit, refused.screen]).toEqual([7, expect.stringContaining("tenants.1.name")]);
});

/** Commands at times: the access token lasts 600 seconds, and is renewed when less than 60 are left. */
const at = (seconds: number, line = "api GET /v1/whoami --context kanto") => {
  const now = new Date(START + seconds * 1000);
  return act(`${line} --lang en`, { now: () => now });
};

test("the session is renewed in silence, by one of two processes; a refused one says how to sign in", async () => {
  await using provider = await openIdentityProvider();
  const server = await startServer(provider.settings);
  await login(provider, server.url);
  const tokens = () => provider.requests.filter((request) => request === "POST /token").length;
  const before = tokens();
  await at(300);
  expect(tokens()).toBe(before);
  provider.accounts.set("taro", { name: "Taro Sato", groups: [] });
  const both = await Promise.all([at(590), at(590)]);
  expect([...both.map(({ exit, stderr }) => [exit, stderr]), tokens()]).toEqual([[0, ""], [0, ""], before + 1]);
  expect(server.received.slice(-2).map((token = "") => decodeJwt(token)["groups"])).toEqual([[], []]);
  await provider.stop();
  expect(await at(1150)).toMatchObject({ exit: 0, stderr: "" });
  expect((await at(1300)).exit).toBe(7);
  await provider.restart();
  provider.accounts.delete("taro");
  const { exit, stderr } = await at(1300);
  expect([exit, stderr]).toEqual([4, expect.stringContaining(`to sign in: clomoctl login ${server.url}\n`)]);
});

test("logout revokes the session, also if the provider is away; a session of another server is not accepted", async () => {
  await using provider = await openIdentityProvider();
  const [server, other] = [await startServer(provider.settings), await startServer(provider.settings)];
  await login(provider, server.url);
  writeFileSync(join(home, "sessions", encodeURIComponent(other.url)), readFileSync(sessionFile()), { mode: 0o600 });
  await run(`context add other --url ${other.url}`, { home });
  expect(await at(0, "api GET /v1/whoami --context other")).toMatchObject({ exit: 4 });
  expect(other.received).toEqual([]);
  expect(await at(0, "logout --context other")).toMatchObject({ exit: 0 });
  expect(await at(0, "logout --context kanto")).toMatchObject({ exit: 0, stderr: `signed out of ${server.url}\n` });
  expect(readdirSync(join(home, "sessions"))).toEqual(["settings.lock"]);
  expect(provider.requests.at(-1)).toBe("POST /token/revocation");
  await login(provider, server.url);
  await provider.stop();
  const { exit, stderr } = await at(0, "logout --context kanto");
  expect([exit, stderr]).toEqual([
    0,
    expect.stringContaining("not ended at the identity provider: connection refused"),
  ]);
  expect(readdirSync(join(home, "sessions"))).toEqual(["settings.lock"]);
});

test("without a refresh token, a warning says that the session ends; one who refuses is not signed in", async () => {
  await using provider = await openIdentityProvider({ refreshes: false });
  const server = await startServer(provider.settings);
  expect((await login(provider, server.url, null)).exit).toBe(4);
  const { exit, screen } = await login(provider, server.url);
  expect([exit, screen]).toEqual([0, expect.stringContaining("gave no refresh token")]);
  expect(await at(550)).toMatchObject({ exit: 0, stderr: "" });
  const later = await at(1300);
  expect([later.exit, later.stderr]).toEqual([4, expect.stringContaining("your session at this server has ended")]);
});

test.each<[string, object, fault: string]>([
  ["an issuer that is not encrypted", { issuer: "http://login.example.jp" }, "tenant API: issuer"],
  ["a client with a control character", { clientId: "a\nb" }, "tenant API: clientId"],
  ["no audience", { audience: undefined }, "tenant API: audience"],
  ["an issuer where nobody answers", {}, "connection refused"],
])("login refuses what a server says of its provider: %s", async (_, more, fault) => {
  const server = await startServer({ issuer: "http://127.0.0.1:9", clientId: "a", audience: "b", scope: "c", ...more });
  const { en, ja } = await runInBoth(`login ${server.url}`, { home });
  expect([en.exit, ja.exit, server.received, existsSync(join(home, "sessions"))]).toEqual([7, 7, [], false]);
  expect(en.stderr).toContain(fault);
});

test.each(["http://mdm.example.jp", "https://mdm.example.jp/t/kanto", "https://u:p@mdm.example.jp", "mdm.example.jp"])(
  "login refuses the address %s",
  async (address) => {
    expect(await run(["login", address], { home })).toMatchObject({ exit: 2 });
  },
);

test("a service passes the token that its provider gave it", async () => {
  await using provider = await openIdentityProvider();
  const server = await startServer(provider.settings);
  await run(`context add kanto --url ${server.url}/t/kanto --use`, { home });
  const { id: client_id, secret: client_secret } = SERVICE_CLIENT;
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret });
  const answer = await fetch(`${provider.issuer}/token`, { method: "POST", body });
  const { access_token: token } = (await answer.json()) as { readonly access_token: string };
  writeFileSync(join(home, "token"), `${token}\n`, { mode: 0o600 });
  expect(await at(0, "api GET /v1/whoami --token-file token")).toMatchObject({ exit: 0 });
  expect(await act("api GET /v1/whoami", { environment: { CLOMOCTL_TOKEN: token } })).toMatchObject({ exit: 0 });
  expect([server.received, decodeJwt(token).sub]).toEqual([[token, token], client_id]);
  expect((await act(`users list --token-file ${token}`)).screen).not.toContain(token);
});

test("a new operator needs two commands at the real server; one who leaves the group is out", async () => {
  await using provider = await openIdentityProvider();
  const served = freshHome();
  for (const name of ["kanto", "osaka", "other"])
    for (const line of [`context add ${name} --embedded`, `orgs create org-of-${name} --context ${name}`])
      await runAtHome(line.split(" "), { home: served });
  const rule = "{ who: 'group:operators', tenants: [kanto, osaka], role: system }";
  const settings = `oidc: ${JSON.stringify(provider.settings)}\noperators: [${rule}]`;
  writeFileSync(join(served, "serve.yaml"), settings, { mode: 0o600 });
  const signals = new EventEmitter();
  const listening = Promise.withResolvers<string>();
  const onOutput = (printed: string): void => void (printed.endsWith("\n") && listening.resolve(printed.trim()));
  const tenant = new Failure("unavailable", { what: same("away") });
  const ending = run("serve --listen 127.0.0.1:0 --all-contexts", { home: served, tenant, signals, onOutput });
  const url = await listening.promise;
  try {
    expect((await login(provider, url)).screen).toContain("2 tenants\nadded as contexts: kanto, osaka");
    const status = await at(0, "status");
    expect([status.stderr, status.stdout]).toEqual(["", expect.stringMatching(/kanto[^]*osaka/)]);
    for (const context of ["kanto", "osaka"])
      expect((await at(0, `orgs list --context ${context}`)).stdout).toContain(`org-of-${context}`);
    expect((await at(0, "whoami --context kanto")).stdout).toContain("Taro Sato (taro)");
    provider.accounts.set("taro", { name: "Taro Sato", groups: [] });
    expect(await at(590, "orgs list --context kanto")).toMatchObject({ exit: 6 });
    expect((await login(provider, url)).screen).toContain("tenants that you can no longer enter: kanto, osaka");
  } finally {
    signals.emit("SIGTERM");
  }
  expect(await ending).toMatchObject({ exit: 0 });
});
