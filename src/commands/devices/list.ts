import { DEVICE, DEVICE_STATUSES, PLATFORMS } from "../../lib/model/device.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { FILTERS } from "../csv/file/export.ts";
import { firstLines, firstOf, LIMIT, listColumns } from "../listing/list.ts";
import { orgNamed } from "../orgs/named.ts";
import { DEVICE_COLUMNS, FILTER_DETAILS } from "./columns.ts";

export default defineCommand({
  summary: text("list devices", "デバイスを一覧する"),
  details: FILTER_DETAILS,
  args: {},
  options: {
    org: {
      kind: "string",
      value: "ORG",
      names: "orgs",
      about: text(
        "only those of this organisation, or of a user directly in it",
        "この組織か、この組織に直接所属するユーザーのデバイスに絞り込む",
      ),
    },
    search: {
      kind: "string",
      value: "TEXT",
      about: text("only those with a value that contains it", "いずれかの項目に含む文字で絞り込む"),
    },
    status: {
      kind: "choice",
      choices: DEVICE_STATUSES,
      about: text("only those of this status", "ステータスで絞り込む"),
    },
    platform: {
      kind: "choice",
      choices: PLATFORMS,
      about: text("only those of this platform", "プラットフォームで絞り込む"),
    },
    tag: { kind: "string", value: "TAG", about: text("only those with this tag", "このタグの付いたものに絞り込む") },
    ...FILTERS,
    limit: LIMIT,
  },
  examples: [
    { line: "clomoctl devices list --limit 20" },
    { line: "clomoctl devices list --filter-id SERIAL --format json" },
    { line: "clomoctl devices list --org 本社/営業部 --status 管理中 --platform iOS" },
    { line: "clomoctl devices list --tag 貸出用" },
    { line: "clomoctl devices list --format csv --fields serialNumber,owner,status" },
  ],
  exits: ["not-found"],
  async run(tools, { org, limit, ...filters }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("devices");
    const query = { ...filters, ...(org !== undefined && { org: (await orgNamed(tools, org)).id }) };
    const devices = client.devices.list(query);
    const columns = listColumns(terminal, DEVICE_COLUMNS, DEVICE.usual);
    await terminal.list(columns, firstOf(devices, limit), () => firstLines(devices.ndjson(), limit));
  },
});
