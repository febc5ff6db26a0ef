import { mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeWithOpenssl, serverToken, Workshop } from "#support/apple/openssl.ts";
import { parseExposition } from "#support/renewals/exposition.ts";
import { parsePluginOutput } from "#support/renewals/plugin-output.ts";
import { vppToken } from "#support/renewals/vpp-token.ts";
import { freshHome, run, start, type Outcome } from "#support/process/program.ts";

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(new Date().getTime() + days * DAY_MS);

/** Far from the limits of 30 and 90 days, so that no midnight matters. */
const LEVELS = { ok: inDays(200), warning: inDays(60), critical: inDays(10), expired: inDays(-5) };
type KnownItem = keyof typeof LEVELS;

/** A folder of tokens of these levels, `broken` for one that cannot be read, below a new home. */
async function folderOf(...levels: readonly (KnownItem | "broken")[]): Promise<string> {
  const home = await freshHome();
  await mkdir(join(home, "certs"));
  for (const [at, level] of levels.entries()) {
    const content = level === "broken" ? "broken" : vppToken(LEVELS[level], `${level} 本社`);
    await writeFile(join(home, "certs", `${at}.vpptoken`), content);
  }
  return home;
}

const check = (home: string, ...words: readonly string[]): Promise<Outcome> =>
  run(["renewals", "check", ...words], { home, cwd: home });

interface Row {
  readonly level: string;
  readonly name: string;
  readonly kind: string | null;
  readonly context: string | null;
  readonly remark: string | null;
}

const rowsOf = ({ text }: Outcome): readonly Row[] => JSON.parse(text) as Row[];

describe("exit codes", () => {
  test.each<[readonly (KnownItem | "broken")[], number, string, string]>([
    [["ok"], 0, "1 ok", "余裕あり 1 件"],
    [["ok", "warning"], 1, "1 due within 90 days, 1 ok", "90 日以内に期限 1 件、余裕あり 1 件"],
    [["ok", "critical"], 2, "1 due within 30 days, 1 ok", "30 日以内に期限 1 件、余裕あり 1 件"],
    [["expired"], 2, "1 expired", "期限切れ 1 件"],
    [["broken", "warning", "ok"], 3, "1 unknown, 1 due within 90 days", "不明 1 件、90 日以内に期限 1 件"],
    [["broken", "expired", "warning"], 2, "1 expired, 1 unknown", "期限切れ 1 件、期限不明 1 件"],
    [[], 3, "1 unknown", "不明 1 件"],
  ])("%j are %i, and every item is shown", async (levels, code, english, japanese) => {
    const home = await folderOf(...levels);
    const json = await check(home, "certs", "--format", "json", "--lang", "en");
    expect(json.code).toBe(code);
    expect(json.stderr).toContain(english);
    expect(rowsOf(json).length).toBe(Math.max(1, levels.length));
    const table = await check(home, "certs", "--format", "table", "--lang", "ja");
    expect(table.code).toBe(code);
    expect(table.stderr).toContain(japanese);
    for (const [at, level] of levels.entries()) {
      expect(table.text).toContain(level === "broken" ? `certs/${at}.vpptoken` : `${level} 本社`);
    }
  });

  test.each([
    "--within nonsense",
    "--within",
    "--bogus",
    "--critical 90d --within 30d",
    "--timezone Mars/Olympus",
    "--format jsn",
    "--lang fr",
    "--context nowhere",
    "certs --all-contexts",
    "certs --nagios --format json",
    "certs --prometheus nowhere/x.prom",
    "nothing.pem",
    "",
  ])("whatever is wrong in `renewals check %s` is 3", async (words) => {
    const home = await folderOf("ok");
    const given = words.split(" ").filter((word) => word !== "");
    expect((await check(home, ...given)).code).toBe(3);
    expect((await run(["--bogus", "renewals", "check", ...given], { home, cwd: home })).code).toBe(3);
  });

  test("a crash is 3, whatever it is that breaks", async () => {
    const home = await freshHome();
    const preload = join(home, "crash.cjs");
    await writeFile(preload, "setTimeout(() => { throw new Error('crash') }, 0)");
    const env = { NODE_OPTIONS: `--require ${preload}` };
    expect((await run(["renewals", "check"], { home, env })).code).toBe(3);
    expect((await run(["context", "list"], { home, env })).code).toBe(1);
  });

  test("an interruption keeps its own code", async () => {
    const home = await freshHome();
    const silent = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    await run(["context", "add", "silent", "--url", `http://127.0.0.1:${port}`], { home });
    const { process, ended } = start(["renewals", "check", "--context", "silent", "--nagios"], { home });
    const [socket] = (await once(silent, "connection")) as [Socket];
    process.kill("SIGTERM");
    const { code, text } = await ended;
    socket.destroy();
    expect([code, text]).toEqual([143, ""]);
  });

  test("help tells what they mean", async () => {
    const { text, code } = await run(["renewals", "check", "--help-all", "--lang", "en"], { home: await freshHome() });
    expect(code).toBe(0);
    expect(text).toMatch(/Exit codes\n +0 +nothing is due\n +1 +[^]+\n +2 +[^]+\n +3 +[^]+\n +130 +interrupted/);
  });
});

describe("files and folders", () => {
  test("bad places are said and bounded, and the others are checked", async () => {
    const home = await folderOf("ok", "broken");
    const at = (name: string): string => join(home, "certs", name);
    execFileSync("mkfifo", [at("pipe.pem")]);
    await writeFile(at("huge.pem"), "-----BEGIN CERTIFICATE-----\n");
    await truncate(at("huge.pem"), 1024 ** 3);
    await symlink(".", at("self"));
    await symlink("loop.pem", at("loop.pem"));
    await symlink("..", at("out"));
    const outcome = await check(home, "certs", "gone.pem", "certs/pipe.pem", "--format", "json");
    expect(outcome.code).toBe(3);
    const rows = rowsOf(outcome).map(({ level, name }) => `${level} ${name}`);
    const places = ["1.vpptoken", "huge.pem", "loop.pem", "out", "pipe.pem", "pipe.pem", "self"];
    expect(rows).toEqual([...places.map((name) => `unknown certs/${name}`), "unknown gone.pem", "ok ok 本社"]);
    for (const name of places) expect(outcome.stderr).toContain(`certs/${name}: `);
  });

  test("no tenant is made or opened for files", async () => {
    const home = await folderOf("ok");
    await check(home, "certs");
    expect((await readdir(home)).toSorted()).toEqual(["cache", "certs"]);
  });

  test("stdin is a file named -", async () => {
    const home = await freshHome();
    const options = { home, stdin: vppToken(LEVELS.warning, "本社") };
    expect(await run(["renewals", "check", "-", "--fields", "level,source"], options)).toMatchObject({
      code: 1,
      text: "level\tsource\nwarning\t-\n",
    });
  });
});

describeWithOpenssl("a certificate of openssl", () => {
  test("is read; its key beside it is no item", async () => {
    const workshop = new Workshop();
    onTestFinished(() => workshop.close());
    const to = LEVELS.critical.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
    const { certificate, key } = workshop.certificate({ subject: "/UID=com.apple.mgmt.External.1/CN=APSP:1/C=US", to });
    const home = await folderOf();
    await writeFile(join(home, "certs", "push.pem"), certificate);
    await writeFile(join(home, "certs", "push.key"), key);
    const outcome = await check(home, "certs", "--format", "json");
    expect(outcome.code).toBe(2);
    expect(rowsOf(outcome)).toMatchObject([{ level: "critical", kind: "push-certificate" }]);
  });
});

describeWithOpenssl("a server token of openssl", () => {
  test("--key opens it for check and add, and the record keeps its exact date", async () => {
    const workshop = new Workshop();
    onTestFinished(() => workshop.close());
    const own = workshop.certificate({ subject: "/CN=own" });
    const plain = workshop.file("token", serverToken(LEVELS.ok.toISOString()));
    const token = workshop.run("cms", "-encrypt", "-binary", "-aes256", "-in", plain, own.certificateFile);
    const home = await freshHome();
    await writeFile(join(home, "本社_Token_2020-03-01T05-00-00Z_smime.p7m"), token);
    const [file, key] = ["本社_Token_2020-03-01T05-00-00Z_smime.p7m", ["--key", own.keyFile]];
    expect((await check(home, file)).code).toBe(2);
    expect((await check(home, file, ...key)).code).toBe(0);
    expect((await check(home, file, "--key", file)).code).toBe(3);
    expect((await check(home, ...key)).code).toBe(3);
    const add = ["renewals", "add", "ade", "--file", file];
    expect((await run([...add, ...key, "--format", "json"], { home, cwd: home })).code).toBe(0);
    expect((await check(home)).code).toBe(0);
    await writeFile(join(home, "renamed.p7m"), token);
    const edit = ["renewals", "edit", "ade", "--file", "renamed.p7m", ...key];
    expect((await run(edit, { home, cwd: home })).code).toBe(0);
    expect((await run(["renewals", "add", "x", "--kind", "custom", ...key], { home, cwd: home })).code).toBe(2);
  });
});

describe("what tenants have recorded", () => {
  const add = (home: string, context: string, name: string, ...words: readonly string[]): Promise<Outcome> =>
    run(["renewals", "add", name, "--context", context, ...words], { home, cwd: home });
  const on = (days: number): string => inDays(days).toISOString().slice(0, 10);

  test("of one context, of all, and where one cannot be opened", async () => {
    const home = await freshHome();
    await run(["context", "add", "kanto", "--embedded"], { home });
    await run(["context", "add", "far", "--url", "http://127.0.0.1:9"], { home });
    await add(home, "embedded", "a", "--kind", "custom", "--expires", on(200));
    await add(home, "kanto", "b", "--kind", "custom", "--expires", on(60));
    const one = await check(home, "--context", "embedded", "--format", "json");
    expect([one.code, rowsOf(one).map(({ name }) => name)]).toEqual([0, ["a"]]);
    const all = await check(home, "--all-contexts", "--format", "json", "--lang", "en");
    expect(all.code).toBe(3);
    expect(rowsOf(all).map(({ level, context, name }) => `${level} ${context} ${name}`)).toEqual([
      "unknown far far",
      "warning kanto b",
      "ok embedded a",
    ]);
    expect(all.stderr).toContain("far: cannot read the tenant: ");
    await writeFile(join(home, "tenants", "kanto", "tenant.db"), "no database at all".repeat(100));
    const broken = await check(home, "--all-contexts", "--format", "json");
    expect(rowsOf(broken).filter(({ level }) => level === "unknown").length).toBe(2);
    expect((await check(home, "--context", "kanto")).code).toBe(3);
  });

  test("what has no date is unknown, and a source that says otherwise is told", async () => {
    const home = await folderOf("ok");
    const token = join(home, "certs", "0.vpptoken");
    await add(home, "embedded", "vpp", "--file", token);
    expect((await check(home)).code).toBe(0);
    await writeFile(token, vppToken(LEVELS.critical, "本社"));
    const differing = await check(home, "--lang", "en");
    expect(differing.code).toBe(2);
    expect(differing.stderr).toMatch(/warning: vpp: recorded as .+; using the earlier date/);
    await add(home, "embedded", "undated", "--kind", "custom");
    const undated = await check(home, "--lang", "ja", "--format", "json");
    expect(undated.code).toBe(2);
    expect(rowsOf(undated).map(({ level }) => level)).toEqual(["critical", "unknown"]);
    expect(undated.stderr).toContain("undated: 期限が記録されていません");
  });
});

describe("for monitoring systems", () => {
  test.each<[readonly (KnownItem | "broken")[], string]>([
    [["ok"], "OK"],
    [["warning"], "WARNING"],
    [["critical", "ok"], "CRITICAL"],
    [["broken"], "UNKNOWN"],
  ])("--nagios of %j is one line that says %s, on stdout alone", async (levels, status) => {
    const home = await folderOf(...levels);
    for (const language of ["ja", "en"]) {
      const { text, stderr } = await check(home, "certs", "--nagios", "--lang", language);
      const output = parsePluginOutput(text);
      expect([output.status, stderr]).toEqual([status, ""]);
      expect(output.figures.length).toBe(levels.filter((level) => level !== "broken").length);
    }
  });

  test("--nagios says UNKNOWN on stdout also where the check cannot be done", async () => {
    const outcome = await check(await freshHome(), "--nagios", "--context", "nowhere", "--lang", "en");
    expect(outcome.code).toBe(3);
    expect(parsePluginOutput(outcome.text)).toMatchObject({ status: "UNKNOWN", said: /nowhere/ });
  });

  test.each(["--bogus", "--within", "--format jsn", "--lang fr", "--timezone Mars/Olympus"])(
    "--nagios says UNKNOWN on stdout, once, where the command line is wrong: %s",
    async (words) => {
      const { code, text } = await check(await freshHome(), "--nagios", ...words.split(" "));
      expect(code).toBe(3);
      expect(parsePluginOutput(text)).toMatchObject({ status: "UNKNOWN", figures: [] });
    },
  );

  test("--prometheus writes the file as a whole, whatever the state", async () => {
    const home = await folderOf("critical", "broken");
    const file = join(home, "renewals.prom");
    for (const _ of ["once", "again"]) {
      const outcome = await check(home, "certs", "--prometheus", "renewals.prom", "--quiet");
      expect(outcome.code).toBe(2);
    }
    const samples = parseExposition(await readFile(file, "utf8"));
    expect(samples.map(({ name }) => name)).toEqual([
      "clomoctl_renewal_expiry_timestamp_seconds",
      "clomoctl_renewal_unreadable",
      "clomoctl_check_timestamp_seconds",
    ]);
    expect(samples[1]?.value).toBe(1);
    expect((await readdir(home)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const toStdout = await check(home, "certs", "--prometheus", "-");
    expect(parseExposition(toStdout.text).length).toBe(3);
  });
});
