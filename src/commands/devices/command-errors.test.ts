import type { Device } from "../../lib/client/index.ts";
import { testRefusals } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

const [owned] = example<{ items: readonly [Device] }>("findDevices").items;
const spare: Device = {
  ...owned,
  id: owned.id.replace(/\d$/, "9"),
  serialNumber: "SERIAL000002",
  identificationName: null,
};
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
);
