import { EventEmitter, once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshHome, run as runAtHome } from "#support/cli/home.ts";
import { Failure } from "../lib/errors/index.ts";
import type { AnsweredRequest } from "../lib/serve/options.ts";
import { text } from "../lib/text/index.ts";
import { run } from "#support/commands/program.ts";
import { openIdentityProvider } from "#support/identity-provider.ts";

const PASSWORD = "Strong42";

test("prints its address alone, and serves there until it is stopped", async () => {
  const home = freshHome();
  writeFileSync(join(home, "password"), PASSWORD, { mode: 0o600 });
  await runAtHome("serve init --account boss@example.jp --password-file password".split(" "), { home });
  const signals = new EventEmitter();
  const statuses: number[] = [];
  const stopAfterRequest = async (url: string): Promise<void> => {
    try {
      statuses.push((await fetch(`${url.trim()}/healthz`)).status);
    } finally {
      signals.emit("SIGTERM");
    }
  };
  const onOutput = (printed: string): void => void (printed.endsWith("\n") && stopAfterRequest(printed));
  const { exit, stdout } = await run("serve --listen 127.0.0.1:0", { home, tenant: {}, signals, onOutput });
  expect([exit, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/)]);
  expect(statuses).toEqual([200]);
}, 30_000);

test("without a password, names the commands that work: others in a mirror, whose administrators are in the console", async () => {
  const home = freshHome();
  const serve = () => runAtHome("serve --listen 127.0.0.1:0".split(" "), { home });
  expect((await serve()).stderr).toContain("clomoctl serve init");
  writeFileSync(join(home, "u.csv"), "氏名,メールアドレス\n山田,yamada@example.jp\n");
  const mirrored = await runAtHome(["console", "sync", join(home, "u.csv"), "--yes"], { home });
  expect(mirrored.code).toBe(0);
  const { code, stderr } = await serve();
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining("clomo-account create MAIL --account NAME --role system --already-in-console"),
  ]);
  expect(stderr).toContain("clomoctl clomo-account reset-password NAME --for-sign-in --password-file FILE");
  expect(stderr).not.toContain("serve init");
});

test.each(["8080", "127.0.0.1", "127.0.0.1:65536", "[127.0.0.1]:80", "unix:", "http://127.0.0.1:80"])(
  "--listen %s is refused with an example",
  async (place) => {
    const { exit, stderr } = await run(`serve --listen ${place}`);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("--listen 127.0.0.1:8080")]);
  },
);

describe("several tenants at one address", () => {
  const send = async (url: string, headers: Record<string, string>, body?: string) => {
    const response = await fetch(url, { headers, ...(body !== undefined && { method: "POST", body }) });
    return { status: response.status, body: await response.text() };
  };
  const get = (url: string, secret?: string) =>
    send(url, secret === undefined ? {} : { authorization: `Bearer ${secret}` });
  const signIn = (url: string, account: string) =>
    send(`${url}/v1/sessions`, { "content-type": "application/json" }, JSON.stringify({ account, password: PASSWORD }));

  /** Serves tenants of `names`, each with its own administrator `boss-NAME`, and talks to the server. */
  async function serving(
    names: readonly string[],
    options: string,
    talk: (url: string, home: string, signals: EventEmitter) => Promise<void>,
    settings?: string,
  ) {
    const home = freshHome();
    writeFileSync(join(home, "password"), PASSWORD, { mode: 0o600 });
    for (const name of names) {
      await runAtHome(["context", "add", name, "--embedded"], { home });
      const account = ["--account", `boss-${name}`, "--email", `boss@${name}.example.jp`];
      await runAtHome(["serve", "init", "--context", name, ...account, "--password-file", "password"], { home });
    }
    if (settings !== undefined) writeFileSync(join(home, "serve.yaml"), settings, { mode: 0o600 });
    const signals = new EventEmitter();
    const talks: Promise<void>[] = [];
    const onOutput = (printed: string): void => {
      if (!printed.endsWith("\n") || talks.length > 0) return;
      talks.push(talk(printed.trim(), home, signals).finally(() => signals.emit("SIGTERM")));
    };
    const { exit, stderr } = await run(`serve --listen 127.0.0.1:0 ${options}`, {
      home,
      // the commands of this process do not use the tenants that it serves
      tenant: new Failure("unavailable", { what: text("away", "不在") }),
      signals,
      onOutput,
    });
    await Promise.all(talks);
    expect([exit, talks.length], stderr).toEqual([0, 1]);
    const logged = stderr
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Partial<AnsweredRequest>);
    return { logged, stderr };
  }

  test("each signs in its own accounts, and what belongs to one is worth nothing in another", async () => {
    const { logged } = await serving(["east", "west"], "--all-contexts", async (url) => {
      const signedIn = await signIn(`${url}/t/east`, "boss-east");
      expect(signedIn.status).toBe(200);
      const { secret } = JSON.parse(signedIn.body) as { readonly secret: string };
      const users = await get(`${url}/t/east/v1/users`, secret);
      expect(users).toMatchObject({ status: 200, body: expect.stringContaining("boss@east.example.jp") });
      expect(await get(`${url}/t/EAST/v1/users`, secret)).toEqual(users);
      const refused = await get(`${url}/t/west/v1/users`, secret);
      expect(refused.status).toBe(401);
      expect((await signIn(`${url}/t/west`, "boss-east")).status).toBe(401);
      // a name that does not exist answers like a tenant in which the caller has no account
      for (const name of ["north", "local", "%E5%8C%97", "..%2Feast"]) {
        for (const path of ["users", "nothing"])
          expect(await get(`${url}/t/${name}/v1/${path}`, secret)).toEqual(refused);
        expect((await signIn(`${url}/t/${name}`, "boss-east")).status).toBe(401);
      }
      expect((await get(`${url}/t/%FF/v1/users`, secret)).status).toBe(400);
      expect(await get(`${url}/t/west/v1/nothing`, secret)).toEqual(refused);
      expect(await get(`${url}/v1/users`, secret)).toMatchObject({
        status: 404,
        body: expect.stringContaining("/t/NAME"),
      });
      expect((await get(`${url}/readyz`)).status).toBe(200);
    });
    expect(new Set(logged.map(({ tenant }) => tenant))).toEqual(new Set(["east", "west", undefined]));
  });

  test("one that is damaged answers 503 and disturbs no other; one that is added is served without a restart", async () => {
    const { logged } = await serving(["east", "west"], "--context ea*,we*", async (url, home) => {
      writeFileSync(join(home, "tenants", "west", "tenant.db"), "no database");
      const refused = await get(`${url}/t/west/v1/users`);
      expect(refused.status).toBe(503);
      expect(refused.body).not.toContain(home);
      expect((await signIn(`${url}/t/east`, "boss-east")).status).toBe(200);
      await runAtHome(["context", "add", "easter", "--embedded"], { home });
      const account = ["--account", "boss", "--email", "boss@easter.example.jp", "--password-file", "password"];
      await runAtHome(["serve", "init", "--context", "easter", ...account], { home });
      await expect.poll(async () => (await signIn(`${url}/t/easter`, "boss")).status).toBe(200);
      await runAtHome(["context", "remove", "easter", "--confirm-context", "easter"], { home });
      expect((await get(`${url}/t/easter/v1/users`)).status).toBe(401);
      expect((await runAtHome(["context", "add", "easter", "--embedded"], { home })).code).toBe(0);
      account[1] = "next";
      await runAtHome(["serve", "init", "--context", "easter", ...account], { home });
      expect((await signIn(`${url}/t/easter`, "boss")).status).toBe(401);
      expect((await signIn(`${url}/t/easter`, "next")).status).toBe(200);
    });
    expect(logged.find(({ status }) => status === 503)?.fault).toContain(join("west", "tenant.db"));
  });

  test("operators of the provider act until a reload of serve.yaml removes them, and metrics count", async () => {
    await using provider = await openIdentityProvider();
    const { issuer, audience } = provider;
    const monitored = createServer();
    await once(monitored.listen(0, "127.0.0.1"), "listening");
    const { port } = monitored.address() as AddressInfo;
    monitored.close();
    const writeSettings = (who: string): string =>
      `metrics: 127.0.0.1:${port}
oidc: { issuer: '${issuer}', clientId: clomoctl, audience: '${audience}' }
operators: [{ who: '${who}', tenants: ['*st'], role: system }]`;
    const talk = async (url: string, home: string, signals: EventEmitter): Promise<void> => {
      const secret = await provider.sign({ name: "佐藤" });
      expect(JSON.parse((await get(`${url}/oidc.json`)).body)).toMatchObject({
        issuer,
        clientId: "clomoctl",
        audience,
      });
      expect((await get(`${url}/tenants.json`)).status).toBe(401);
      const mine = ["east", "west"].map((name) => ({ name, role: "system" }));
      expect(JSON.parse((await get(`${url}/tenants.json`, secret)).body)).toEqual({ tenants: mine });
      expect((await get(`${url}/t/east/v1/users`, secret)).status).toBe(200);
      const unknown = await get(`${url}/t/nowhere/v1/users`, secret);
      expect(unknown.status).toBe(404);
      expect(await get(`${url}/t/north/v1/users`, secret)).toEqual(unknown);
      const metrics = await get(`http://127.0.0.1:${port}/metrics`);
      expect(metrics.body).toContain('clomoctl_requests_total{status="404"} 2\n');
      expect(metrics.body).toMatch(/^clomoctl_tenant_size_bytes\{context="west"\} \d{5,}$/m);
      expect(metrics.body).toContain("clomoctl_open_tenants 1\n");
      expect(metrics.body).toContain("clomoctl_renewal_unreadable 3\n");
      expect((await get(`http://127.0.0.1:${port}/t/east/v1/users`)).status).toBe(404);
      const reload = async (settings: string, status: number): Promise<void> => {
        writeFileSync(join(home, "serve.yaml"), settings);
        signals.emit("SIGHUP");
        await expect
          .poll(async () => (await get(`${url}/t/east/v1/users`, secret)).status, { timeout: 60_000 })
          .toBe(status);
      };
      await reload(writeSettings("subject:hanako"), 404);
      await reload("operators: wrong", 404);
      await reload(writeSettings("subject:taro"), 200);
      const file = join(home, "serve.yaml");
      rmSync(file);
      signals.emit("SIGHUP");
      mkdirSync(file);
      signals.emit("SIGHUP");
      rmSync(file, { recursive: true });
      await reload(writeSettings("subject:hanako"), 404);
      await provider.stop();
      await reload(writeSettings("subject:taro").replace(audience, "another"), 503);
    };
    const served = await serving(["east", "west", "north"], "--all-contexts", talk, writeSettings("subject:taro"));
    expect(new Set(served.logged.map(({ account }) => account))).toEqual(new Set([null, "operator:taro"]));
    expect(served.stderr).toContain("serve.yaml: no such file; the former settings stay in force");
    expect(served.stderr).toContain("serve.yaml: this is a folder, not a file; the former settings stay in force");
    expect(served.logged.find(({ status }) => status === 503)?.fault).toContain("ECONNREFUSED");
  });

  test.each([
    ["--context no*", 6],
    ["--context ea*,nowhere", 6],
  ])("%s ends with %i", async (options, code) => {
    const { exit } = await run(`serve --listen 127.0.0.1:0 ${options}`, { tenant: {} });
    expect(exit).toBe(code);
  });
});
