import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { freshHome, run, type Outcome } from "#support/process/program.ts";
import { startListening } from "#support/process/simulator.ts";
import { describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";
import { describeWithPostgres, findFreePort, PostgresServer } from "#support/postgres/server.ts";

const PASSWORD = "Strong42";

/** sets a server's clock back by a day, which is longer than its sessions */
const SLOW_CLOCK = `const now = Date.now; Date.now = () => now() - 864e5;
  globalThis.Date = class extends Date { constructor(...at) { super(...(at.length ? at : [Date.now()])) } }`;
const SLOW = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(SLOW_CLOCK)}` };

describeWithPostgres("a store of several servers", () => {
  let postgres: PostgresServer;
  let home: string;
  beforeAll(async () => {
    postgres = await PostgresServer.open();
  });
  afterAll(() => postgres.close());

  const at =
    (folder: string) =>
    async (line: string, code = 0): Promise<Outcome> => {
      const ended = await run(line.split(" "), { home: folder, cwd: folder, env: postgres.environment });
      expect(ended.code, `${line}: ${ended.stderr}`).toBe(code);
      return ended;
    };

  /** Starts a server of the store with a home of its own. @returns its URL */
  const serve = async (folder: string, more = {}) => {
    const words = ["serve", "--store", postgres.url(), "--listen", "127.0.0.1:0"];
    return { folder, ...(await startListening(folder, words, { ...postgres.environment, ...more })) };
  };

  const openHome = async (): Promise<string> => {
    const folder = await freshHome();
    await copyFile(join(home, "sealing.key"), join(folder, "sealing.key"));
    return folder;
  };

  const ask = async (url: string, secret: string | undefined, path: string, body?: object | string, status = 200) => {
    const [method, type] = typeof body === "string" ? ["PUT", "text/csv;charset=utf-8"] : ["POST", "application/json"];
    const headers = { "content-type": type, ...(secret && { authorization: `Bearer ${secret}` }) };
    const sent = typeof body === "object" ? JSON.stringify(body) : body;
    const response = await fetch(
      `${url}/t/kanto/v1${path}`,
      sent === undefined ? { headers } : { headers, method, body: sent },
    );
    const text = await response.text();
    expect(response.status, text).toBe(status);
    return text;
  };

  const guessAt = async (url: string): Promise<number> => {
    const [method, headers] = ["POST", { "content-type": "application/json" }];
    const body = JSON.stringify({ account: "boss@example.jp", password: "wrong" });
    return (await fetch(`${url}/t/nowhere/v1/sessions`, { method, headers, body })).status;
  };

  const signIn = async (url: string): Promise<string> => {
    const session = await ask(url, undefined, "/sessions", { account: "boss@example.jp", password: PASSWORD });
    return (JSON.parse(session) as { secret: string }).secret;
  };

  test("a tenant is brought in, changed by two servers, and taken out with its history and open tasks", async () => {
    home = await freshHome();
    const here = at(home);
    await writeFile(join(home, "password"), PASSWORD, { mode: 0o600 });
    await here("serve init --account boss@example.jp --password-file password");
    await writeFile(
      join(home, "export.csv"),
      "氏名,メールアドレス,役職\nboss@example.jp,boss@example.jp,\n山田,yamada@example.jp,課長\n",
    );
    await here("console sync export.csv --yes");
    const edited = await here("users edit yamada@example.jp --title 部長");
    const change = /\d+(?=[^\d]*$)/.exec(edited.stderr)?.[0];
    const head = /[0-9a-f]{64}/.exec((await here("audit verify --format json")).text)?.[0];
    await here("tenant backup -o backup.db");
    await here(`serve init --store ${postgres.url()}`);
    await here(`serve add kanto --from backup.db --store ${postgres.url()}`);
    await here(`serve add kanto --from backup.db --store ${postgres.url()}`, 3);
    expect((await here(`serve list --store ${postgres.url()}`)).text).toBe("kanto\n");
    const homes = await Promise.all([openHome(), openHome()]);
    const metrics = `127.0.0.1:${await findFreePort()}`;
    await writeFile(join(homes[0], "serve.yaml"), `metrics: ${metrics}\n`, { mode: 0o600 });
    const servers = await Promise.all(homes.map((folder, n) => serve(folder, n === 0 ? SLOW : {})));
    const [one, other] = servers.map(({ url }) => url) as [string, string];
    // it has nothing of the tenant yet
    expect(await (await fetch(`http://${metrics}/metrics`)).text()).toMatch(/size_bytes\{context="kanto"\} [1-9]/);
    const secret = await signIn(one);
    for (let n = 0; n < 500; n++)
      await ask(n % 2 === 0 ? one : other, secret, "/orgs", { name: `課${n}`, code: `C${n}` });
    const lists = await Promise.all([one, other].map((url) => ask(url, secret, "/orgs")));
    expect(lists[0]).toBe(lists[1]);
    expect(lists[0]).toContain("課499");
    // a plan of one server is shown and committed by the other, also if it was begun at one that is gone
    const gone = await serve(await openHome());
    const begun = await ask(gone.url, secret, "/imports", { kind: "users", mode: "append" });
    const plan = `/imports/${(JSON.parse(begun) as { id: string }).id}`;
    gone.running.process.kill("SIGKILL");
    await gone.running.ended;
    const planned = await ask(one, secret, `${plan}/content`, "氏名,メールアドレス\n佐藤,sato@example.jp\n");
    const { etag } = JSON.parse(planned) as { etag: string };
    expect(await ask(other, secret, `${plan}/rows`)).toContain("sato@example.jp");
    expect(await ask(other, secret, `${plan}/commit`, { etag })).toContain("committed");
    expect(await ask(one, secret, "/users")).toContain("sato@example.jp");
    // wrong passwords are counted for both, and are no changes
    const position = await postgres.query("select seq from clomoctl.tenant");
    const guess = { account: "boss@example.jp", password: "wrong" };
    for (let n = 0; n < 5; n++) await ask(n % 2 === 0 ? one : other, undefined, "/sessions", guess, 401);
    for (const url of [one, other]) await ask(url, undefined, "/sessions", { ...guess, password: PASSWORD }, 429);
    // those of a tenant that does not exist, too
    const unknown = await Promise.all(Array.from({ length: 6 }, (_, n) => guessAt(n % 2 === 0 ? one : other)));
    expect(unknown.filter((status) => status === 401)).toHaveLength(5);
    expect(await postgres.query("select seq from clomoctl.tenant")).toEqual(position);
    expect(await postgres.query("select from clomoctl.part where plan <> ''")).toEqual([]);
    // a snapshot is stored, and what it contains is removed, while a copy is further behind
    await ask(one, secret, "/orgs", { name: "監査室", code: "K" });
    await postgres.query("update clomoctl.entry set at = at - interval '31 days'");
    await serve(await openHome());
    const behind = await fetch(`${other}/t/kanto/v1/orgs`, { headers: { authorization: `Bearer ${secret}` } });
    expect([behind.status, behind.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await ask(other, secret, "/orgs")).toContain("監査室");
    // a command on the copy of a server would write past the store
    const first = at(servers[0]?.folder ?? "");
    expect((await first(`serve take kanto -o out.db --store ${postgres.url()}`, 5)).stderr).toContain(
      "another process",
    );
    await at(await openHome())(`serve upgrade --store ${postgres.url()}`);
    await here(`serve take kanto -o out.db --store ${postgres.url()}`);
    const response = await fetch(`${one}/t/kanto/v1/orgs`, { headers: { authorization: `Bearer ${secret}` } });
    expect(response.status).not.toBe(200);
    await here("context add back --from out.db");
    expect((await here(`audit verify --head ${head} --context back`)).code).toBe(0);
    expect((await here("orgs list --context back --format tsv --fields name")).text).toContain("課499");
    expect((await here("console list --format tsv --context back")).text).toContain(`${change}\tchange a user`);
    await here("console upload -o upload --context back");
    await here(`undo ${change} --yes --context back`);
    expect((await here("users show yamada@example.jp --format json --context back")).text).toContain("課長");
    await here("tenant backup -o again.db --context back");
    await here(`serve add kanto --from again.db --store ${postgres.url()}`);
    // the first request finds that the former copy is of another log
    expect(await vi.waitFor(() => ask(one, secret, "/users"), 60_000)).toContain("課長");
    const isReady = async () => (await fetch(`${one}/readyz`)).status;
    await postgres.stop();
    expect(await isReady()).toBe(503);
    await postgres.start();
    await vi.waitFor(async () => expect(await isReady()).toBe(200), 60_000);
  });

  describeWithOpenssl("that is reached over a network", () => {
    test("is used only if its certificate is of that name, and of an authority that is trusted", async () => {
      const openssl = new OpensslWorkspace();
      onTestFinished(() => openssl.close());
      const dates = { from: "20200101000000Z", to: "20490101000000Z" };
      const root = { extensions: "basicConstraints = critical, CA:TRUE" };
      const issuer = openssl.certificate({ subject: "/CN=root", ...dates, ...root });
      const named = { subject: "/CN=database", extensions: "subjectAltName = DNS:localhost" };
      const { certificate: cert, key } = openssl.certificate({ ...named, ...dates, issuer });
      const far = await PostgresServer.open({ tls: { cert, key } });
      onTestFinished(() => far.close());
      const folder = await freshHome();
      const init = (host: string, more = {}): Promise<Outcome> => {
        const store = `postgres://postgres@${host}:${far.port}/postgres?sslmode=verify-full`;
        return run(["serve", "init", "--store", store], { home: folder, env: { ...far.environment, ...more } });
      };
      const trusted = { NODE_EXTRA_CA_CERTS: issuer.certificateFile };
      const [unknown, other] = [await init("localhost"), await init("127.0.0.1", trusted)];
      expect([unknown.code, other.code]).toEqual([7, 7]);
      expect([unknown.stderr, other.stderr].join("\n")).toMatch(/certificate[^]+127\.0\.0\.1/);
      expect((await init("localhost", trusted)).code).toBe(0);
    });
  });
});
