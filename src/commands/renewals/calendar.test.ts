import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import type { Ade } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import { idOf, item } from "#support/commands/renewals/item.ts";

/** The events of a calendar: their ids, days and titles, as another program reads them. */
const events = (calendar: string): readonly string[] =>
  new ICAL.Component(ICAL.parse(calendar) as unknown[])
    .getAllSubcomponents("vevent")
    .map((event) => ["uid", "dtstart", "summary"].map((name) => String(event.getFirstPropertyValue(name))).join(" "));

/** Between two midnights: in Tokyo on the 2nd, in UTC on the 1st, in New York on the 30th. */
const between = item(1, { name: "契約", expiresAt: "2026-12-01T16:00:00.000Z" });
const undated = item(2, { name: "謎", expiresAt: null });
const tenant = { listRenewals: { items: [undated, between] } };

async function homeOfThree(): Promise<string> {
  const home = freshFolder();
  mkdirSync(join(home, "tenants", "local"), { recursive: true });
  await run("context add kanto --embedded --timezone Pacific/Honolulu", { home });
  await run("context add osaka --url https://osaka.example.jp", { home });
  return home;
}

test("goes to stdout by default, in the reader's language", async () => {
  const { en, ja } = await runInBoth("renewals calendar", { tenant });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "listRenewals" }] });
  expect(events(en.stdout)).toEqual([`${idOf(1)} 2026-12-02 Expires: other date 契約`]);
  expect(events(ja.stdout)).toEqual([`${idOf(1)} 2026-12-02 期限: その他の期日「契約」`]);
  expect(en.stdout).toMatch(/^BEGIN:VCALENDAR\r\n[^]*END:VCALENDAR\r\n$/);
});

test("says how many items have no date, and nothing if all items have a date", async () => {
  const { en } = await runInBoth("renewals calendar", { tenant });
  expect(en.stderr).toMatch(/^warning: 1 item without an expiry date is not in the calendar\n$/);
  const dated = await run("renewals calendar", { tenant: { listRenewals: { items: [between] } } });
  expect(dated.stderr).toBe("");
  const none = await run("renewals calendar", {
    tenant: { listRenewals: { items: [undated, { ...undated, id: idOf(3) }] } },
  });
  expect(none.stderr).toContain("2 items");
  expect(events(none.stdout)).toEqual([]);
});

test("-o FILE writes the file, and stdout stays empty", async () => {
  const folder = freshFolder();
  const ran = await run("renewals calendar -o a.ics", { tenant, folder });
  expect(ran).toMatchObject({ exit: 0, stdout: "" });
  expect(events(readFileSync(join(folder, "a.ics"), "utf8"))).toHaveLength(1);
});

test("--timezone sets the time zone of the days", async () => {
  const { stdout } = await run("renewals calendar --timezone UTC", { tenant });
  expect(events(stdout)[0]).toContain(" 2026-12-01 ");
});

test("a server token that Apple rejected is on the day of the rejection", async () => {
  const token = item(4, { kind: "ade-token", name: "ABM" });
  const { token: known } = example<Ade>("ade");
  const rejected = { ...known, rejectedAt: "2026-11-18T16:00:00.000Z", renewal: token.id } as Ade["token"];
  const ade = example<Ade>("ade", { mirror: false, token: rejected });
  const { stdout } = await run("renewals calendar --lang en", { tenant: { listRenewals: { items: [token] }, ade } });
  expect(events(stdout)).toEqual([`${idOf(4)} 2026-11-19 Expires: ADE server token ABM`]);
});

describe("--all-contexts", () => {
  test("has the items of all tenants, each on its own day", async () => {
    const home = await homeOfThree();
    const tenants = {
      local: tenant,
      kanto: { listRenewals: { items: [{ ...between, id: idOf(5) }] } },
      osaka: { listRenewals: { items: [{ ...undated, id: idOf(6) }] } },
    };
    const { exit, stdout, stderr } = await run("renewals calendar --all-contexts", { home, tenants });
    expect(exit).toBe(0);
    expect(events(stdout)).toEqual([
      `${idOf(1)} 2026-12-02 Expires: other date 契約`,
      `${idOf(5)} 2026-12-01 Expires: other date 契約`,
    ]);
    expect(stdout.replaceAll("\r\n ", "")).toContain("renewals guide 契約 --context kanto");
    expect(stderr).toContain("2 items");
  });

  test("writes nothing if a tenant cannot be read", async () => {
    const home = await homeOfThree();
    const gone = new Failure("unavailable", { what: { en: "no answer", ja: "応答なし" } });
    const tenants = { local: tenant, kanto: { listRenewals: gone }, osaka: {} };
    const { en } = await runInBoth("renewals calendar --all-contexts -o a.ics", { home, tenants });
    expect(en).toMatchObject({ exit: 7, stdout: "", stderr: "error: no answer\n" });
    expect(() => readFileSync(join(home, "a.ics"))).toThrow("ENOENT");
  });
});
