import { readFileSync, statSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Canaries, newSecret } from "#support/process/canary.ts";
import { freshHome, ROOT, run, type Outcome } from "#support/process/program.ts";
import { startListening } from "#support/process/simulator.ts";
import { openPostOffice } from "#support/renewals/post-office.ts";

const PASSWORD = `Aa1${newSecret("Password")}`;

const startServer = async () => {
  const [home, away] = [await freshHome(), await freshHome()];
  for (const folder of [home, away]) await writeFile(join(folder, "password.txt"), PASSWORD, { mode: 0o600 });
  const here = (line: string): Promise<Outcome> => run(line.split(" "), { home, cwd: home });
  const there = (line: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
    run(line.split(" "), { home: away, cwd: away, env });
  const init = await here("serve init --account admin@example.jp --password-file password.txt");
  const server = await startListening(home, ["serve", "--listen", "127.0.0.1:0"]);
  await there(`context add office --url ${server.url} --use`);
  return { home, away, here, there, init, server };
};

test("an administrator signs in, works, gives a program a token, and signs out", async () => {
  const { there, here, init, server } = await startServer();
  expect(init.code).toBe(0);
  for (const path of ["/healthz", "/readyz"])
    expect(await (await fetch(`${server.url}${path}`)).json()).toEqual({ status: "ok" });
  expect((await there("orgs list")).code).toBe(4);
  const login = await there("login --account admin@example.jp --password-file password.txt");
  expect([login.code, login.stderr]).toEqual([0, expect.stringContaining("office")]);
  expect((await there("orgs create 営業部 --code S01")).code).toBe(0);
  // the machine's own commands see the change
  expect((await here("orgs list --format tsv --fields code")).text).toContain("S01");
  const audit = await here("audit list --format json --fields actor,origin");
  expect(audit.text).toContain('"address":"127.0.0.1"');
  const created = await there("access-tokens create cron --read-only --format json");
  const { secret } = JSON.parse(created.text) as { secret: string };
  const withToken = { CLOMOCTL_TOKEN: secret };
  expect((await there("orgs list --format tsv --fields code", withToken)).text).toContain("S01");
  const refused = await there("orgs create 総務部 --code S02", withToken);
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining("may only read")]);
  expect((await there("access-tokens revoke cron")).code).toBe(0);
  expect((await there("orgs list", withToken)).code).toBe(4);
  expect((await there("logout")).code).toBe(0);
  expect((await there("orgs list")).code).toBe(4);
  server.running.process.kill("SIGTERM");
  const ended = await server.running.ended;
  expect(ended.code).toBe(0);
  // the log names neither people nor secrets
  expect(ended.stderr).toContain('"route":"/v1/orgs"');
  for (const hidden of ["admin@example.jp", PASSWORD, secret, "営業部"]) expect(ended.stderr).not.toContain(hidden);
});

const createToken = async (there: (line: string) => Promise<Outcome>, line: string): Promise<string> => {
  const created = await there(line);
  expect([created.code, created.stderr]).toEqual([0, expect.stringContaining("store the secret now")]);
  return created.text.trim();
};

test.each(["en", "ja"])("the tokens of the guide (%s) permit what the guide does with them", async (language) => {
  const guide = readFileSync(join(ROOT, "docs", "guides", language, "serve.md"), "utf8");
  const created = [...guide.matchAll(/^ +clomoctl (access-tokens create .*)$/gm)].map(([, line = ""]) => line);
  const [forCron = "", forNight = "", ...others] = created;
  expect(others).toEqual([]);
  const { there, away } = await startServer();
  await there("login --account admin@example.jp --password-file password.txt");
  await there("renewals add push --kind push-certificate --expires 2099-01-01");
  await there("orgs create 営業部 --code S01");
  await there("orgs create 総務部 --code S02");
  const cron = { CLOMOCTL_TOKEN: await createToken(there, forCron) };
  const check = await there("renewals check --context office --format json", cron);
  expect([check.code, JSON.parse(check.text)]).toEqual([
    0,
    expect.arrayContaining([expect.objectContaining({ name: "push", level: "ok" })]),
  ]);
  expect((await there(forNight)).code).toBe(0);
  expect(statSync(join(away, "token")).mode & 0o777).toBe(0o600);
  const nightly = /^ +.*clomoctl (users import .*)$/m.exec(guide)?.[1]?.replaceAll("\\%", "%") ?? "";
  const columns = "氏名,メールアドレス,組織コード,社員コード";
  const nights = [
    [`${columns}\n管理者,admin@example.jp,,0001\n佐藤 一郎,ichiro@example.jp,S01,0002\n`, [1, 1, 0]],
    [`${columns}\n管理者,admin@example.jp,,0001\n鈴木 花子,hanako@example.jp,S01,0003\n`, [1, 0, 1]],
    [`${columns}\n管理者,admin@example.jp,,0001\n鈴木 花子,hanako@example.jp,S02,0003\n`, [0, 1, 0]],
  ] as const;
  for (const [content, [create, update, gone]] of nights) {
    await writeFile(join(away, "users.csv"), content);
    const line = nightly.replaceAll(/\/\S*\/(users\.csv|token)/g, "$1").replaceAll(/\b\d+%/g, "9");
    const night = await there(line);
    expect([night.code, night.stderr]).toEqual([0, expect.stringContaining(`: +${create} ~${update} -${gone} import`)]);
  }
});

test("secrets are in no output and in no file, except the client's own", async () => {
  const { home, away, there, server } = await startServer();
  const outputs = [await there("login --account admin@example.jp --password-file password.txt --verbose")];
  const created = await there("access-tokens create cron --format json");
  const { secret } = JSON.parse(created.text) as { secret: string };
  const stored =
    readFileSync(join(away, "credentials", "office"), "utf8")
      .trim()
      .split(" ")
      .at(-1) ?? "";
  const canaries = new Canaries([PASSWORD, secret, stored]);
  // also as parts of an address, by mistake
  await fetch(`${server.url}/v1/orgs?token=${secret}`);
  await fetch(`${server.url}/${secret}`, { headers: { authorization: `Bearer ${secret}` } });
  outputs.push(await there("orgs list --verbose", { CLOMOCTL_TOKEN: secret }));
  server.running.process.kill("SIGTERM");
  outputs.push(await server.running.ended);
  for (const { stdout, stderr } of outputs) canaries.look("output", Buffer.concat([stdout, Buffer.from(stderr)]));
  const own = ["password.txt", join("credentials", "office")];
  for (const folder of [home, away]) canaries.lookBelow(folder, (path) => own.includes(path));
  expect([...canaries.found]).toEqual([]);
  expect(statSync(join(away, "credentials", "office")).mode & 0o777).toBe(0o600);
});

test("a forgotten password is reset with a code that is only in the email", async () => {
  const office = await openPostOffice();
  onTestFinished(() => office.close());
  const { home, away, there, server } = await startServer();
  const password = `Aa1${newSecret("Reset")}`;
  await writeFile(join(away, "new.txt"), password, { mode: 0o600 });
  const settings = `smtp: {host: 127.0.0.1, port: ${office.port}, security: none, from: it@example.jp}\n`;
  await writeFile(join(home, "notify.yaml"), settings, { mode: 0o600 });
  const outputs = [];
  const [known, unknown] = [
    await there("login --forgot admin@example.jp --verbose"),
    await there("login --forgot nobody"),
  ];
  expect([known.code, unknown.code, unknown.text]).toEqual([0, 0, known.text]);
  outputs.push(known, unknown);
  // the response does not wait for the email
  await vi.waitFor(() => expect(office.delivered).toHaveLength(1), 60_000);
  const code = /(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}/.exec(office.delivered[0]?.mail.text ?? "")?.[0] ?? "";
  const canaries = new Canaries([code, password, PASSWORD]);
  const look = (): void => {
    const own = ["password.txt", "new.txt", join("credentials", "office")];
    for (const folder of [home, away]) canaries.lookBelow(folder, (path) => own.includes(path));
  };
  look();
  const reset = (typed: string): Promise<Outcome> =>
    there(`login --account admin@example.jp --reset-code ${typed} --password-file new.txt --verbose`);
  const wrong = await reset("AAAA-AAAA-AAAA");
  expect(wrong.code).not.toBe(0);
  const right = await reset(code);
  expect([right.code, right.stderr]).toEqual([0, expect.stringContaining("office")]);
  const again = await reset(code);
  expect(again.code).not.toBe(0);
  const old = await there("login --account admin@example.jp --password-file password.txt");
  expect(old.code).not.toBe(0);
  outputs.push(wrong, right, again, old, await there("audit list --format ndjson"));
  server.running.process.kill("SIGTERM");
  outputs.push(await server.running.ended);
  for (const { stdout, stderr } of outputs) canaries.look("output", Buffer.concat([stdout, Buffer.from(stderr)]));
  look();
  expect(code).not.toBe("");
  expect([...canaries.found]).toEqual([]);
});

test("SIGTERM interrupts an import, whose client says that nothing was changed", async () => {
  const { there, away, server } = await startServer();
  await there("login --account admin@example.jp --password-file password.txt");
  const rows = Array.from({ length: 300_000 }, (_, at) => `人${at},p${at}@example.jp`);
  await writeFile(join(away, "users.csv"), `氏名,メールアドレス\n${rows.join("\n")}\n`);
  const planned = await there("users import users.csv --dry-run --keep-plan --context office --format json");
  expect(planned.code).toBe(0);
  // the client shows rows of the plan, and then sends the commit
  const shown = new Promise<void>((resolve) => {
    server.running.process.stderr?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("/rows")) resolve();
    });
  });
  const committing = there("imports commit P1 --yes --context office");
  await shown;
  await new Promise((resolve) => setTimeout(resolve, 300));
  server.running.process.kill("SIGTERM");
  const { code, stderr } = await committing;
  expect([code, stderr]).toEqual([
    7,
    expect.stringContaining("the server is stopping: interrupted; nothing was changed"),
  ]);
  expect((await server.running.ended).code).toBe(0);
});

test("what must not be served is refused with what helps", async () => {
  const home = await freshHome();
  const here = (line: string): Promise<Outcome> => run(line.split(" "), { home, cwd: home });
  const nobody = await here("serve --listen 127.0.0.1:0");
  expect([nobody.code, nobody.stderr]).toEqual([3, expect.stringContaining("serve init")]);
  const open = await here("serve --listen 0.0.0.0:0");
  expect([open.code, open.stderr]).toEqual([2, expect.stringContaining("--tls-cert")]);
  await writeFile(join(home, "password.txt"), PASSWORD, { mode: 0o600 });
  const init = "serve init --account admin@example.jp --password-file password.txt";
  expect([(await here(init)).code, (await here(init)).code]).toEqual([0, 0]);
  expect((await here("serve init --account other@example.jp --password-file password.txt")).code).toBe(5);
  await writeFile(join(home, "key.pem"), "key", { mode: 0o644 });
  const key = await here("serve --listen 127.0.0.1:0 --tls-cert key.pem --tls-key key.pem");
  expect(key.code).toBe(3);
  await chmod(join(home, "key.pem"), 0o600);
  const pair = await here("serve --listen 127.0.0.1:0 --tls-cert key.pem --tls-key key.pem");
  expect([pair.code, pair.stderr]).toEqual([3, expect.stringContaining("key.pem, key.pem")]);
  const blocker = createServer();
  const port = await new Promise<number>((resolve) => {
    blocker.listen(0, "127.0.0.1", () => resolve((blocker.address() as { port: number }).port));
  });
  const taken = await here(`serve --listen 127.0.0.1:${port}`);
  expect([taken.code, taken.stderr]).toEqual([7, expect.stringContaining(String(port))]);
  blocker.close();
});
