import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "#support/process/program.ts";
import { filesOf, openDatabase } from "#support/process/tenant-state.ts";
import { callsOf, FaultyDisk, isWriting, type Moment } from "#support/faults/disk.ts";
import { Rehearsal } from "#support/faults/rehearsal.ts";
import { prepared, type Work } from "#support/faults/works.ts";

const disk = FaultyDisk.compile();
const MOMENTS: readonly Moment[] = ["before", "after"];

/** At how many calls it is killed: by hand `all`, or a number; else at those about the settings, and a few of the tenant. */
const CALLS = process.env["CLOMOCTL_FAULTS"];
const OF_THE_TENANT = 3;

/** A leaver with the support option, a renewal and a notice by mail; a successor with a role. */
async function leaving(home: string): Promise<string> {
  await writeFile(join(home, "password"), "Invented1\n", { mode: 0o600 });
  for (const name of ["taro", "hanako"]) {
    await prepared(home, "users", "create", "--name", name, "--email", `${name}@example.jp`);
    const account = [`${name}@example.jp`, "--account", name, "--role", "system", "--password-file", "password"];
    await prepared(home, "clomo-account", "create", ...account);
  }
  await prepared(home, "clomo-account", "grant", "taro", "--support-option", "--notice-mail");
  const owner = ["--owner", "taro@example.jp"];
  await prepared(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01", ...owner);
  const settings =
    "smtp: {host: 127.0.0.1, port: 9, security: none, from: a@example.jp}\nrecipients:\n  - {name: it, way: mail, address: taro@example.jp}\n";
  await writeFile(join(home, "notify.yaml"), settings, { mode: 0o600 });
  return "";
}

const TRANSFER: Work = {
  name: "handover transfer",
  prepare: leaving,
  line: ["handover", "transfer", "--from", "taro", "--to", "hanako", "--yes", "--format", "json"],
};

/** Who holds what, and how often the tenant was changed by a transfer. */
function heldIn(home: string): { readonly settings: boolean; readonly tenant: boolean; readonly records: number } {
  const database = openDatabase(home);
  try {
    const sql = `select u.accountName as name from account a join user u on u.pk = a.user where a.supportOption = 1`;
    const owner = database.prepare("select owner from renewal_item").get()?.["owner"];
    const supported = database
      .prepare(sql)
      .all()
      .map(({ name }) => String(name));
    const isGiven = owner === "hanako@example.jp";
    // one change: never the one without the other
    expect(supported).toEqual([isGiven ? "hanako" : "taro"]);
    const { records } =
      database.prepare("select count(*) as records from audit where action = 'accounts.transfer'").get() ?? {};
    const settings = readFileSync(join(home, "notify.yaml"), "utf8");
    expect(settings.includes("taro@example.jp")).toBe(!settings.includes("hanako@example.jp"));
    return { settings: settings.includes("hanako@example.jp"), tenant: isGiven, records: Number(records) };
  } finally {
    database.close();
  }
}

const DONE = { settings: true, tenant: true, records: 1 };

describe.each(disk === undefined ? [] : [disk])("kill -9 in handover transfer", (faulty) => {
  test("the settings may be ahead of the tenant, never behind it, and the same command finishes what is left", async () => {
    const rehearsal = await Rehearsal.of(faulty, TRANSFER);
    const whole = await rehearsal.home();
    const log = `${whole}.log`;
    expect(await rehearsal.run(whole, { number: 0, log })).toMatchObject({ code: 0 });
    expect(heldIn(whole)).toEqual(DONE);
    const files = await filesOf(whole);
    const writing = callsOf(log, whole).filter(isWriting);
    const ofSettings = writing.filter(({ file }) => file.includes("notify.yaml"));
    const others = writing.filter((call) => !ofSettings.includes(call));
    const every = Math.ceil(others.length / Number(CALLS ?? OF_THE_TENANT));
    const tried = CALLS === "all" ? writing : [...ofSettings, ...others.filter((_, at) => at % every === every - 1)];
    expect(ofSettings.length).toBeGreaterThan(3);
    const between: string[] = [];
    for (const { number, name, file } of tried) {
      for (const kill of CALLS === "all" ? MOMENTS : MOMENTS.slice(number % 2, (number % 2) + 1)) {
        const at = `${kill} ${name} ${file}`;
        const home = await rehearsal.home();
        expect([at, (await rehearsal.run(home, { number, kill })).signal]).toEqual([at, "SIGKILL"]);
        const left = heldIn(home);
        // a tenant that was changed goes with settings that were
        expect([at, left.settings || !left.tenant]).toEqual([at, true]);
        if (left.settings && !left.tenant) between.push(at);
        expect([at, await rehearsal.run(home)]).toMatchObject([at, { code: 0 }]);
        expect([at, heldIn(home)]).toEqual([at, DONE]);
        expect([at, (await filesOf(home)).filter((path) => !files.includes(path))]).toEqual([at, []]);
        expect((await run(["audit", "verify"], { home })).code).toBe(0);
      }
    }
    // killed between the two at least once: else nothing was shown
    expect(between).not.toEqual([]);
  }, 3_600_000);
});

test.each(disk === undefined ? ["kill -9 in handover transfer"] : [])(
  "%s: a C compiler, or Linux, is missing here, nothing was tried",
  () => expect(disk).toBeUndefined(),
);
