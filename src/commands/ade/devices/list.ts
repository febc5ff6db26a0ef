import { ADE_DEVICE } from "../../../lib/model/ade-device.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { showNextStep } from "../shown.ts";
import { ADE_DEVICE_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list ADE devices as of the last sync", "前回の同期時点の ADE デバイスを一覧する"),
  args: {},
  options: {
    notReady: {
      kind: "boolean",
      about: text(
        "only devices whose ADE profile state is neither assigned nor pushed",
        "ADE プロファイル状態が assigned でも pushed でもないものだけ",
      ),
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
    { line: "clomoctl ade devices list --search iPad --format json" },
  ],
  exits: [],
  async run(tools, { notReady, search, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("ade");
    const devices = client.ade.devices({
      limit,
      ...(notReady && { notReady }),
      ...(search !== undefined && { search }),
    });
    const columns = listColumns(terminal, ADE_DEVICE_COLUMNS, ADE_DEVICE.usual);
    await terminal.list(columns, devices, () => devices.ndjson());
    if (terminal.onTerminal) await showNextStep(tools, await client.ade.show());
  },
});
