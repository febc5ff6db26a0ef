import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshHome, run, type Outcome } from "#support/process/program.ts";
import { startListening } from "#support/process/simulator.ts";
import { describeWithPostgres, PostgresServer } from "#support/postgres/server.ts";

const PASSWORD = "Strong42";

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
  const serve = async (folder: string) => {
    const words = ["serve", "--store", postgres.url(), "--listen", "127.0.0.1:0"];
    return { folder, ...(await startListening(folder, words, postgres.environment)) };
  };

  const openHome = async (): Promise<string> => {
    const folder = await freshHome();
    await copyFile(join(home, "sealing.key"), join(folder, "sealing.key"));
    return folder;
  };

  const ask = async (url: string, secret: string | undefined, path: string, body?: object) => {
    const headers = { "content-type": "application/json", ...(secret && { authorization: `Bearer ${secret}` }) };
    const sent = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${url}/t/kanto/v1${path}`, sent);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return text;
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
    const servers = await Promise.all([openHome(), openHome()].map(async (folder) => serve(await folder)));
    const [one, other] = servers.map(({ url }) => url) as [string, string];
    const secret = await signIn(one);
    for (let n = 0; n < 20; n++)
      await ask(n % 2 === 0 ? one : other, secret, "/orgs", { name: `課${n}`, code: `C${n}` });
    const lists = await Promise.all([one, other].map((url) => ask(url, secret, "/orgs")));
    expect(lists[0]).toBe(lists[1]);
    expect(lists[0]).toContain("課19");
    // a snapshot is stored, and what it contains is removed, while a copy is further behind
    await ask(one, secret, "/orgs", { name: "監査室", code: "K" });
    const { host, user } = { host: postgres.folder, user: "postgres" };
    const admin = new pg.Client({ host, user, password: postgres.environment.PGPASSWORD });
    await admin.connect();
    await admin.query("update clomoctl.entry set at = at - interval '31 days'");
    await admin.end();
    await serve(await openHome());
    expect((await fetch(`${other}/t/kanto/v1/orgs`, { headers: { authorization: `Bearer ${secret}` } })).status).toBe(
      503,
    );
    expect(await ask(other, secret, "/orgs")).toContain("監査室");
    // a command on the copy of a server would write past the store
    const first = at(servers[0]?.folder ?? "");
    expect((await first(`serve take kanto -o out.db --store ${postgres.url()}`, 5)).stderr).toContain("another server");
    await at(await openHome())(`serve upgrade --store ${postgres.url()}`);
    await here(`serve take kanto -o out.db --store ${postgres.url()}`);
    const response = await fetch(`${one}/t/kanto/v1/orgs`, { headers: { authorization: `Bearer ${secret}` } });
    expect(response.status).not.toBe(200);
    await here("context add back --from out.db");
    expect((await here(`audit verify --head ${head} --context back`)).code).toBe(0);
    expect((await here("orgs list --context back --format tsv --fields name")).text).toContain("課19");
    expect((await here("console list --format tsv --context back")).text).toContain(`${change}\tchange a user`);
    await here("console upload -o upload --context back");
    await here(`undo ${change} --yes --context back`);
    expect((await here("users show yamada@example.jp --format json --context back")).text).toContain("課長");
  });
});
