import type { Device } from "../../lib/client/index.ts";
import { testRefusals, testTenantFailures, testWrongLines } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

testWrongLines(
  ["devices create"],
  ["devices create a b"],
  ["devices create a --status managed"],
  ["devices create a --android-mode full"],
  ["devices delete", "no records to delete were specified"],
  ["devices delete x --filter-id y", "--filter-id"],
  ["devices edit"],
  ["devices edit S1", "nothing to change: no option sets a value"],
  ["devices edit S1 --owner a", "--owner"],
  ["devices edit S1 --tag a", "--tag"],
  ["devices export out.csv"],
  ["devices export --encoding utf-16le"],
  ["devices export --layout full"],
  ["devices import", "the argument FILE is missing"],
  ["devices import devices.csv --key email", "--key"],
  ["devices import devices.csv --create-orgs", "--create-orgs"],
  ["devices import devices.csv --app docs", "--app"],
  ["devices list SERIAL000001"],
  ["devices list --limit x"],
  ["devices list --status managed"],
  ["devices list --platform android"],
  ["devices set-owner"],
  ["devices set-owner S1", "pass one of --user USER, --org ORG and --none"],
  ["devices set-owner S1 --user a --none", "one owner"],
  ["devices set-owner S1 --user a --org b", "one owner"],
  ["devices set-owner S1 --none --confirm-wipes x", "--confirm-wipes"],
  ["devices show"],
  ["devices show a b"],
  ["devices show a --limit 1"],
  ["devices tag"],
  ["devices tag S1", "pass --add TAG or --remove TAG"],
  ["devices tag --add a"],
);

const [owned] = example<{ items: readonly [Device] }>("findDevices").items;
const spare: Device = {
  ...owned,
  id: owned.id.replace(/\d$/, "9"),
  serialNumber: "SERIAL000002",
  identificationName: null,
};
const findDevices = { items: [owned] };

testTenantFailures(
  { line: "devices create S1", failing: "createDevice" },
  { line: "devices edit S1 --platform iOS", failing: "editDevice", tenant: { findDevices } },
  {
    line: "devices import list.csv --yes",
    failing: "createImport",
    code: "locked",
    files: { "list.csv": "シリアルナンバー\r\nx\r\n" },
  },
  { line: "devices list", failing: "devices", code: "unavailable" },
  { line: "devices set-owner S1 --none", failing: "setDeviceOwner", tenant: { findDevices } },
  { line: "devices tag S1 --add a", failing: "tagDevices", code: "not-found", tenant: { findDevices } },
);

testRefusals(
  {
    line: "devices delete SERIAL",
    exit: 6,
    en: "SERIAL: no device has this name",
    ja: "SERIAL: この名前のデバイスはありません",
    tenant: { findDevices: { items: [] } },
  },
  {
    line: "devices edit S9 --memo x",
    exit: 6,
    en: 'no device matches "S9"',
    ja: "「S9」というデバイス",
    tenant: { findDevices: { items: [] } },
  },
  { line: "devices list --fields serial", exit: 2, en: "serial", tenant: {} },
  {
    line: "devices list --org 支社",
    exit: 6,
    en: 'error: no organisation matches "支社"\n  to list all: clomoctl orgs list\n',
    ja: "「支社」という組織はありません",
    tenant: { findOrgs: { items: [] } },
  },
  {
    line: "devices show SERIAL9",
    exit: 6,
    en: 'error: no device matches "SERIAL9"\n  to list all: clomoctl devices list\n',
    ja: "「SERIAL9」というデバイス",
    tenant: { findDevices: { items: [] } },
  },
  {
    line: "devices show 0",
    exit: 2,
    en: `"0" matches 2 records: SERIAL000001 営業部 1 号機 ${owned.id}; SERIAL000002 ${spare.id}\n`,
    ja: "「0」は 2 件",
    tenant: { findDevices: { items: [owned, spare] } },
  },
  {
    line: "devices tag S1 --add 貸出が --remove c --remove 貸出か\u3099",
    exit: 2,
    en: 'error: the tag "貸出が" is given for both --add and --remove\n  --add --remove\n  pass the tag to only one of the two options\n',
    ja: "タグ「貸出が」の追加と削除が同時に指定されています",
  },
);
