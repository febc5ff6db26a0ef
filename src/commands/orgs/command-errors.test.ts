import type { OrgDetail } from "../../lib/client/index.ts";
import { testRefusals } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

const [sales] = example<{ items: readonly [OrgDetail] }>("findOrgs").items;
const root: OrgDetail = { ...sales, id: sales.id.replace(/1$/, "9"), name: "全社", code: null, path: "" };
const north: OrgDetail = { ...sales, id: sales.id.replace(/1$/, "8"), name: "北", code: null, path: "営業部/北" };

testRefusals(
  {
    line: "orgs delete 営業",
    exit: 6,
    en: "営業: no organisation has this name\n",
    ja: "営業: この名前の組織はありません\n",
    tenant: { findOrgs: { items: [] } },
  },
  {
    line: "orgs show S99",
    exit: 6,
    en: 'error: no organisation matches "S99"\n  to list all: clomoctl orgs list\n',
    ja: "「S99」という組織",
    tenant: { findOrgs: { items: [] } },
  },
  {
    line: "orgs show 全社",
    exit: 2,
    en: `"全社" matches 3 records: 営業部 S01 ${sales.id}; 全社 ${root.id}; 営業部/北 ${north.id}\n`,
    ja: "3 件",
    tenant: { findOrgs: { items: [sales, root, north] } },
  },
);
