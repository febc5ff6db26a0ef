import { ADE_DEVICE } from "../../../lib/nouns/ade-device.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { showNextStep } from "../status-columns.ts";
import { ADE_DEVICE_COLUMNS } from "./columns.ts";

const ORGANISATION_DEFAULT_COLUMNS: readonly string[] = ["serialNumber", "server", "model", "addedAt", "difference"];

export default defineCommand({
  summary: text("list the devices fetched by the last sync", "前回の同期で取得したデバイスを一覧する"),
  args: {},
  options: {
    notReady: {
      kind: "boolean",
      about: text(
        "only devices without an ADE profile (state neither assigned nor pushed)",
        "ADE プロファイル状態が assigned でも pushed でもないデバイスだけ",
      ),
    },
    notInClomo: {
      kind: "boolean",
      about: text("only Apple's devices that are not in CLOMO", "Apple のデバイスのうち CLOMO にないものだけ"),
    },
    otherServer: {
      kind: "boolean",
      about: text("only devices not assigned to CLOMO's MDM server", "CLOMO の MDM サーバーに未割り当てのものだけ"),
    },
    released: { kind: "boolean", about: text("only devices released at Apple", "所有解除されたデバイスだけ") },
    search: {
      kind: "string",
      value: "TEXT",
      about: text("only devices that contain TEXT in any field", "いずれかの項目に TEXT を含むデバイスだけ"),
    },
    limit: LIMIT_OPTION,
  },
  examples: [
    { line: "clomoctl ade devices list" },
    { line: "clomoctl ade devices list --not-ready" },
    { line: "clomoctl ade devices list --not-in-clomo" },
    { line: "clomoctl ade devices list --search iPad --format json" },
  ],
  excludes: [["notReady", "notInClomo", "otherServer", "released"]],
  exits: ["input-rejected"],
  async run(tools, { notReady, notInClomo, otherServer, released, search, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("ade");
    const organisation =
      (notInClomo && "not-in-clomo") || (otherServer && "other-server") || (released && "released") || undefined;
    const devices = client.ade.devices({
      limit,
      ...(notReady && { notReady }),
      ...(organisation && { organisation }),
      ...(search !== undefined && { search }),
    });
    const ade = await client.ade.show();
    const usual = organisation || (ade.devices === 0 && ade.business) ? ORGANISATION_DEFAULT_COLUMNS : ADE_DEVICE.usual;
    await terminal.list(listColumns(terminal, ADE_DEVICE_COLUMNS, usual), devices, () => devices.ndjson());
    if (terminal.onTerminal) await showNextStep(tools, ade);
  },
});
