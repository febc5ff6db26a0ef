import type { OrgDetail } from "../../lib/client/index.ts";
import { testRefusals, testTenantFailures, testWrongLines } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

testWrongLines(
  ["orgs create"],
  ["orgs create a b"],
  ["orgs create a --name b"],
  ["orgs delete", "no records to delete were specified"],
  ["orgs delete --recursive"],
  ["orgs delete --search x", "--search"],
  ["orgs edit"],
  ["orgs edit a --parent b"],
  ["orgs export out.csv"],
  ["orgs export --encoding utf-16le"],
  ["orgs export --newline none"],
  ["orgs import", "the argument FILE is missing"],
  ["orgs import tree.csv --key email", "--key"],
  ["orgs import tree.csv --create-orgs", "--create-orgs"],
  ["orgs import tree.csv --create-groups", "--create-groups"],
  ["orgs list sales"],
  ["orgs list --limit all"],
  ["orgs list --filter-name x"],
  ["orgs move a"],
  ["orgs move a b --parent c"],
  ["orgs show"],
  ["orgs show S01 S02"],
  ["orgs show S01 --limit 1"],
);

const [sales] = example<{ items: readonly [OrgDetail] }>("findOrgs").items;
const root: OrgDetail = { ...sales, id: sales.id.replace(/1$/, "9"), name: "全社", code: null, path: "" };
const north: OrgDetail = { ...sales, id: sales.id.replace(/1$/, "8"), name: "北", code: null, path: "営業部/北" };

testTenantFailures(
  { line: "orgs create 一課 --code S03", failing: "createOrg" },
  { line: "orgs delete S01", failing: "planDeletion", tenant: { findOrgs: example("findOrgs") } },
  {
    line: "orgs import list.csv --yes",
    failing: "createImport",
    code: "locked",
    files: { "list.csv": "組織名\r\nx\r\n" },
  },
  { line: "orgs list", code: "locked" },
  {
    line: "orgs move 営業部 --parent 営業部",
    failing: "moveOrg",
    tenant: { findOrgs: example("findOrgs"), orgs: example("orgs") },
  },
);

testRefusals(
  {
    line: "orgs create 一課 --parent 総務",
    exit: 6,
    en: "総務",
    tenant: { findOrgs: { items: [] } },
  },
  {
    line: "orgs delete 営業",
    exit: 6,
    en: "営業: no organisation has this name\n",
    ja: "営業: この名前の組織はありません\n",
    tenant: { findOrgs: { items: [] } },
  },
  ...["orgs edit S01", "orgs edit S01 --dry-run"].map((line) => ({
    line,
    exit: 2,
    en: "nothing to change: no option sets a value",
    ja: "変更する内容がありません",
  })),
  {
    line: "orgs list --fields nmae",
    exit: 2,
    en: "did you mean name?",
    ja: "「name」ではありませんか?",
    tenant: { orgs: example("orgs") },
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
