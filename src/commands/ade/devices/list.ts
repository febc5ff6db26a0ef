import { ADE_DEVICE } from "../../../lib/model/ade-device.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { showNextStep } from "../shown.ts";
import { ADE_DEVICE_COLUMNS } from "./columns.ts";

/** The columns that a table has by default if it lists the devices of the organisation. */
const ORGANISATION_USUAL: readonly string[] = ["serialNumber", "server", "model", "addedAt", "inClomo", "difference"];

export default defineCommand({
  summary: text("list Apple's devices as of the last sync", "前回の同期時点の Apple のデバイスを一覧する"),
  args: {},
  options: {
    notReady: {
      kind: "boolean",
      about: text(
        "only devices whose ADE profile state is neither assigned nor pushed",
        "ADE プロファイル状態が assigned でも pushed でもないものだけ",
      ),
    },
    notInClomo: {
      kind: "boolean",
      about: text(
        "only devices of the organisation that are not in CLOMO (nor assigned to another MDM server)",
        "CLOMO になく、他の MDM サーバーにも割り当てられていない組織のデバイスだけ",
      ),
    },
    otherServer: {
      kind: "boolean",
      about: text(
        "only devices assigned to another MDM server than CLOMO's, or in CLOMO and assigned to none",
        "CLOMO 以外の MDM サーバーに割り当てられたもの、CLOMO にあるのに未割り当てのものだけ",
      ),
    },
    released: {
      kind: "boolean",
      about: text("only devices that no longer belong to the organisation", "所有解除されたデバイスだけ"),
    },
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
  excludes: [
    ["notReady", "notInClomo"],
    ["notReady", "otherServer"],
    ["notReady", "released"],
    ["notInClomo", "otherServer"],
    ["notInClomo", "released"],
    ["otherServer", "released"],
  ],
  exits: ["input-rejected"],
  async run(tools, { notReady, notInClomo, otherServer, released, search, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("ade");
    const devices = client.ade.devices({
      limit,
      ...(notReady && { notReady }),
      ...(notInClomo && { organisation: "not-in-clomo" as const }),
      ...(otherServer && { organisation: "other-server" as const }),
      ...(released && { organisation: "released" as const }),
      ...(search !== undefined && { search }),
    });
    const ade = await client.ade.show();
    const isOrganisation = ade.devices === 0 || notInClomo || otherServer || released;
    const usual = isOrganisation && ade.business !== null ? ORGANISATION_USUAL : ADE_DEVICE.usual;
    await terminal.list(listColumns(terminal, ADE_DEVICE_COLUMNS, usual), devices, () => devices.ndjson());
    if (terminal.onTerminal) await showNextStep(tools, ade);
  },
});
