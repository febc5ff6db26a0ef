import { expect, test } from "vitest";
import type { MovedOrg, Org, OrgDetail } from "../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const { items: all } = example<{ items: Org[] }>("orgs");
const [root, sales] = all as [Org, Org];
const detail = example<{ items: OrgDetail[] }>("findOrgs").items[0] as OrgDetail;
const head: Org = { ...sales, id: "019a9f3c-5a00-7abc-8def-000000000099", name: "本社", code: "H", path: "本社" };
const findOrgs = ({ query }: { query?: Record<string, string> }) => ({
  items: [{ ...detail, ...(query?.["name"] === "本社" ? head : query?.["name"] === "全社" ? root : {}) }],
});
const moved: MovedOrg = {
  before: sales,
  after: { ...sales, parentId: head.id, path: "本社/営業部", depth: 2 },
  consoleTask: null,
  dryRun: false,
  along: { orgs: 2, users: 118, devices: 1 },
};

test("moves an organisation below another organisation", async () => {
  const tenant = { findOrgs, moveOrg: moved };
  const { en } = await runInBoth("orgs move 営業部 --parent 本社", { tenant });
  expect(en.requests.find(({ operation }) => operation === "moveOrg")).toEqual({
    operation: "moveOrg",
    params: { id: sales.id },
    json: { parent: head.id, dryRun: false },
  });
  expect(en).toMatchObject({
    exit: 0,
    stderr: ["path: 営業部 → 本社/営業部", "also moved: 2 organisations below it, 118 users and 1 device", ""].join(
      "\n",
    ),
  });
});
