import { expect, test } from "vitest";
import type { OrgDetail, WrittenUser } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after } = example<WrittenUser>("createUser");
const made = (change: Partial<WrittenUser> = {}): WrittenUser => toWritten(null, after, change);
const org = example<{ items: OrgDetail[] }>("findOrgs").items[0] as OrgDetail;

test("sends each value in its field, with the first address as the main address", async () => {
  const line =
    "users create --name 髙橋花子 --email hanako@example.co.jp --email h@example.co.jp --org 営業部 --name-kana タカハシ --title 課長";
  const more =
    "--employee-code E0042 --account-name hanako --google-workspace-email h@example.com --salesforce-account h.sf --custom 入社年=2019 --custom 座席=";
  const tenant = { findOrgs: { items: [org] }, createUser: made() };
  const { en } = await runInBoth(`${line} ${more}`, { tenant });
  expect(en.requests).toEqual([
    { operation: "findOrgs", query: { name: "営業部" } },
    {
      operation: "createUser",
      json: {
        name: "髙橋花子",
        nameKana: "タカハシ",
        emails: ["hanako@example.co.jp", "h@example.co.jp"],
        org: org.id,
        title: "課長",
        employeeCode: "E0042",
        accountName: "hanako",
        googleWorkspaceEmail: "h@example.com",
        salesforceAccount: "h.sf",
        custom: [
          { name: "入社年", value: "2019" },
          { name: "座席", value: null },
        ],
        dryRun: false,
      },
    },
  ]);
  const called = "髙橋 花子 <hanako@example.co.jp>";
  expect(en.stderr).toBe(`created: ${called}\n`);
});

test("JSON is the user as `users show` returns it", async () => {
  const line = "users create --name a --email a@example.jp --format json";
  const { stdout } = await run(line, { tenant: { createUser: made() } });
  expect(JSON.parse(stdout)).toMatchObject({ id: after.id, emails: after.emails, org: after.org.path });
});
