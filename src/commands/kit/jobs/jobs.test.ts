import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { freshFolder, run, type Circumstances } from "#support/commands/program.ts";
import { openForAllTests, type TestTenant } from "#support/tenant/tenant.ts";
import { Failure } from "../../../lib/errors/index.ts";

const DAY_MS = 86_400_000;
const START = Date.parse("2026-11-20T00:00:00Z");

const tenant: TestTenant = openForAllTests();
let home = "";
let folder = "";
let night = 0;

beforeEach(async () => {
  [home, folder, night] = [freshFolder(), freshFolder(), 0];
  await run("context add cust --embedded", { home });
  mkdirSync(join(home, "tenants", "cust"), { recursive: true });
  tenant.clear();
  tenant.sql("delete from job");
  writeFileSync(join(folder, "good.csv"), "氏名,メールアドレス\n佐藤,s@example.jp\n");
  writeFileSync(join(folder, "bad.csv"), "氏名,メールアドレス\n佐藤,\n,\n");
  writeFileSync(join(folder, "cut.csv"), Buffer.from("氏名,メールアドレス\n佐藤").subarray(0, -1));
});

const at = (words: string | readonly string[], more: Circumstances = {}) => {
  const now = new Date(START + night * DAY_MS);
  tenant.surroundings.time = now.getTime();
  return run(words, { home, folder, tenants: { cust: tenant.fetch }, now, ...more });
};

const importing = (file: string, more?: Circumstances) => at(`users import ${file} --yes --quiet`, more);

const statusLines = async (): Promise<readonly string[]> =>
  (await at("status --lang en")).stdout.split("\n").filter((line) => / users import /.test(line));

describe("a nightly import that fails is in status until a run is good", () => {
  test.each([
    ["bad.csv", 3, "failed (exit 3): "],
    ["cut.csv", 3, "failed (exit 3): "],
    ["missing.csv", 6, "failed (exit 6): "],
  ])("%s", async (file, exit, said) => {
    expect((await importing(`${file} --job nightly`)).exit).toBe(exit);
    const [line = "", ...more] = await statusLines();
    expect([line, more]).toEqual([expect.stringContaining(`WARNING cust: users import nightly ${said}`), []]);
    expect(line).toContain("clomoctl status --jobs --context cust");
    expect((await at("imports list --lang en")).stderr).toContain("users import nightly failed");
    const nagios = await at("status --nagios --lang en");
    expect([nagios.exit, nagios.stdout]).toEqual([1, expect.stringContaining("users import nightly failed")]);
    const told = await at("status --notify --lang en");
    expect(told.stdout).toContain("users import nightly failed");
    expect((await at("audit list --lang en")).stderr).toContain("users import nightly failed");
    night = 1;
    expect((await importing("good.csv --job nightly")).exit).toBe(0);
    expect(await statusLines()).toEqual([]);
  });

  test("an output file in a folder that is missing, such as a drive that is not mounted", async () => {
    expect((await importing("good.csv --report nowhere/report.xlsx")).exit).toBe(2);
    expect(await statusLines()).toEqual([
      expect.stringContaining("failed (exit 2): the folder for this file does not"),
    ]);
  });

  test("critical after three in a row, and over a server that does not answer", async () => {
    const gone = new Failure("unavailable", { what: { en: "no answer", ja: "応答がありません" } });
    for (night = 0; night < 3; night += 1) await importing("good.csv", { tenants: { cust: gone } });
    expect(await statusLines()).toEqual([
      expect.stringContaining("CRITICAL cust: users import good.csv failed 3 times in a row (exit 7): no answer"),
    ]);
    await importing("good.csv");
    expect(await statusLines()).toEqual([]);
    expect(tenant.sql("select count(*) as runs from job")).toEqual([{ runs: 1 }]);
  });

  test("a good run at a terminal ends it; a failed one there, a dry run and a mistyped command are no job", async () => {
    await importing("bad.csv --job nightly --dry-run");
    await at("users import bad.csv --yes --jbo nightly");
    await importing("bad.csv --job nightly", { terminal: {} });
    expect([existsSync(join(home, "runs", "jobs")), await statusLines()]).toEqual([false, []]);
    await importing("bad.csv --job nightly");
    expect(await statusLines()).toHaveLength(1);
    expect((await importing("good.csv --job nightly", { terminal: {} })).exit).toBe(0);
    expect(await statusLines()).toEqual([]);
  });
});

test("a daily run creates no tenant in place of one whose file is missing", async () => {
  rmSync(join(home, "tenants", "cust"), { recursive: true });
  expect((await at("status --notify")).exit).toBe(3);
  expect(tenant.sql("select count(*) as runs from job")).toEqual([{ runs: 0 }]);
});

test("a run that was done in part is a warning until the next good run", async () => {
  writeFileSync(join(folder, "part.csv"), "氏名,メールアドレス\n佐藤,s@example.jp\n,x@example.jp\n");
  expect((await importing("part.csv --skip-invalid")).exit).toBe(8);
  expect(await statusLines()).toEqual([
    expect.stringContaining("WARNING cust: users import part.csv was done in part (exit 8)"),
  ]);
  writeFileSync(join(folder, "part.csv"), "氏名,メールアドレス\n佐藤,s@example.jp\n");
  await importing("part.csv --skip-invalid");
  expect(await statusLines()).toEqual([]);
});

test("a run whose process was killed has failed", async () => {
  const kill = (): never => {
    throw Object.assign(new Error("no such process"), { code: "ESRCH" });
  };
  await importing("good.csv");
  const jobs = join(home, "runs", "jobs", "cust");
  const path = join(jobs, readdirSync(jobs)[0] ?? "");
  const begun = { startedAt: "2026-11-20T09:00:00.000Z", endedAt: null, exit: null, state: "failed", isSent: false };
  const run = { ...(JSON.parse(readFileSync(path, "utf8")) as object), ...begun };
  writeFileSync(path, JSON.stringify(run), { mode: 0o600 });
  expect(await statusLines()).toEqual([]);
  const { stdout } = await at("status --lang en", { host: { kill } });
  expect(stdout).toContain("WARNING cust: users import good.csv failed: the process ended without a result");
});

test("a job that no longer runs is overdue, named with its last good day, until it is forgotten", async () => {
  for (night = 0; night < 3; night += 1) await importing("good.csv");
  night = 4;
  expect(await statusLines()).toEqual([
    expect.stringContaining("WARNING cust: users import good.csv is overdue; last good run 2026-11-22"),
  ]);
  const { stdout } = await at("status --jobs --format json");
  expect(JSON.parse(stdout)).toMatchObject([{ job: "users import good.csv", state: "good", exit: 0, tenant: "cust" }]);
  expect((await at("status --forget nothing")).exit).toBe(3);
  expect((await at(["status", "--forget", "users import good.csv"])).exit).toBe(0);
  expect(await statusLines()).toEqual([]);
});

test("a command line with a path stays in the home", async () => {
  await at(`users import ${join(folder, "good.csv")} --yes --quiet`);
  expect(tenant.sql("select run ->> 'command' as command from job")).toEqual([{ command: null }]);
  const { stdout } = await at("status --jobs --format json");
  expect(JSON.parse(stdout)).toMatchObject([{ command: expect.stringContaining(join(folder, "good.csv")) }]);
});

test("a served tenant knows a run from its beginning, which others see as lost after a day", async () => {
  await run("context add far --url https://far.example.jp", { home });
  const sent: string[] = [];
  const far: Circumstances["tenant"] = async (request) => {
    if (request.url.endsWith("/v1/jobs") && request.method === "POST") sent.push(await request.clone().text());
    // the process is killed before it can record its end
    return sent.length < 2 ? tenant.fetch(request) : Response.error();
  };
  expect((await at("users import good.csv --yes --quiet --context far", { tenants: { far } })).exit).toBe(0);
  expect(sent.map((run) => (JSON.parse(run) as { exit: number | null }).exit)).toEqual([null, 0]);
  expect(await statusLines()).toEqual([]);
  night = 2;
  expect(await statusLines()).toEqual([
    expect.stringContaining("WARNING cust: users import good.csv failed: the process ended without a result"),
  ]);
});
