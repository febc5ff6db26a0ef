import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { Database } from "../../src/lib/tenant/store/sqlite/database.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { asThen } from "#support/process/old-tenant.ts";

const FIXTURE = new URL("fixtures/home-b7d515d/", import.meta.url);

/** What the program of that commit said of the home it left; made by scripts/old-home.ts. */
interface Story {
  readonly commit: string;
  readonly madeAt: string;
  readonly said: Readonly<Record<string, string>>;
  /** what is asked after each of {@link after} */
  readonly listing: string;
  readonly after: readonly { readonly line: string; readonly said: string }[];
}

const story = JSON.parse(readFileSync(new URL("story.json", FIXTURE), "utf8")) as Story;

/** No item had a renewed file that waits to be confirmed. */
const withoutRenewedFile = (said: string): string =>
  said.replaceAll(
    /,"state":null,"downloadedExpiresAt":null,"downloadedCertainty":null,"downloadedFingerprint":null,"downloadedTopic":null,"downloadedSource":null/g,
    "",
  );

/** A copy of the home that the old program left, a minute later, and the program of today on it. */
function reopened() {
  const folder = mkdtempSync(join(tmpdir(), "old-home-"));
  cpSync(new URL("home/", FIXTURE), folder, { recursive: true });
  // a checkout has the umask's modes
  for (const name of ["contexts.json", "notify.yaml"]) chmodSync(join(folder, name), 0o600);
  const tenant = new TestTenant(join(folder, "tenants", "embedded"), Date.parse(story.madeAt));
  onTestFinished(async () => {
    await tenant.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const now = new Date(story.madeAt);
  return {
    tenant,
    run: async (line: string) => {
      const ran = await run(line, { home: folder, folder, now, tenant: tenant.fetch });
      return { ...ran, stdout: withoutRenewedFile(asThen(ran.stdout)) };
    },
  };
}

/** Open plans are discarded: what they compared is staged otherwise by now. */
const PLANNED = '"state":"planned"';
const withoutPlans = (said: string | undefined): string | undefined => said?.replaceAll(PLANNED, '"state":"discarded"');

test.each(Object.keys(story.said))(`a home of ${story.commit}: %s says the same`, async (line) => {
  expect(await reopened().run(line)).toMatchObject({ exit: 0, stdout: withoutPlans(story.said[line]) });
});

/** A change without a terminal names one of the two contexts. */
const NAMED = "--context embedded";

const idOf = (line: string): string => line.split(" ")[2] ?? "";
const isPlanned = (line: string): boolean =>
  story.said["imports list --format json"]
    ?.split("\n")
    .some((record) => record.includes(idOf(line)) && record.includes(PLANNED)) === true;

test.each(story.after.filter(({ line }) => !isPlanned(line)))(
  `a home of ${story.commit}: $line does the same`,
  async ({ line, said }) => {
    const home = reopened();
    expect(await home.run(`${line} ${NAMED}`)).toMatchObject({ exit: 0 });
    expect(await home.run(story.listing)).toMatchObject({ exit: 0, stdout: said });
  },
);

test.each(story.after.filter(({ line }) => isPlanned(line)))(
  `a home of ${story.commit}: $line says that the plan is gone`,
  async ({ line }) => {
    const home = reopened();
    const before = await home.run(story.listing);
    const { exit, stderr } = await home.run(line);
    expect([exit, stderr]).toEqual([5, expect.stringContaining("made by an older clomoctl; import the file again")]);
    expect(await home.run(story.listing)).toMatchObject({ exit: 0, stdout: before.stdout });
  },
);

test("no stage of a renewal that was said is said again", async () => {
  const home = reopened();
  const before = home.tenant.sql("select * from renewal_notice order by pk");
  expect(before.length).toBeGreaterThan(0);
  expect(await home.run("renewals notify")).toMatchObject({ stdout: "" });
  const after = home.tenant.sql("select * from renewal_notice order by pk");
  expect(after).toEqual(before);
});

test("it takes devices, after a copy was made of its older file", async () => {
  const { tenant, run: ask } = reopened();
  const [owner] = await tenant.users();
  const done = await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "所有者メールアドレス"],
    ["SERIAL000001", owner?.emails[0] ?? ""],
  ]);
  expect(await ask("devices list --format csv --fields serialNumber,owner")).toMatchObject({
    exit: 0,
    stdout: `serialNumber,owner\nSERIAL000001,${owner?.name}\n`,
  });
  const before = new Database(`${tenant.path}.before-2`);
  expect(before.count("select count(*) from sqlite_schema where name = 'device'")).toBe(0);
  expect(before.count("select count(*) from user")).toBe((await tenant.users()).length);
  before.close();
  expect(await ask(`imports revert ${done.id} --yes --confirm-deletions 1 ${NAMED}`)).toMatchObject({ exit: 0 });
  expect(await tenant.devices()).toEqual([]);
});

test("the chain of its audit goes on", async () => {
  const home = reopened();
  const undoing = story.after.find(({ line }) => line.startsWith("imports revert"))?.line ?? "";
  const before = home.tenant.sql("select * from audit order by seq");
  expect(before.length).toBeGreaterThan(0);
  expect(await home.run(`${undoing} ${NAMED}`)).toMatchObject({ exit: 0 });
  const after = home.tenant.sql("select * from audit order by seq");
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.length).toBeGreaterThan(before.length);
});
