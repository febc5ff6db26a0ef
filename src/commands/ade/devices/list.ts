import { line } from "../../../lib/advice/index.ts";
import { ADE_DEVICE, ADE_DEVICE_STATES } from "../../../lib/model/ade-device.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { limitLines, limitRecords, LIMIT_OPTION, listColumns } from "../../listing/list.ts";
import { buildNextSteps } from "../next.ts";
import { printEndpoint } from "../shown.ts";
import { ADE_DEVICE_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list ADE devices as of the last sync", "前回の同期時点の ADE デバイスを一覧する"),
  args: {},
  options: {
    state: {
      kind: "choice",
      choices: ADE_DEVICE_STATES,
      about: text("only devices in this state (default: all but released)", "状態で絞り込む(既定: 解除済み以外)"),
    },
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
    { line: "clomoctl ade devices list --state missing --format json" },
  ],
  exits: [],
  async run(tools, { state, notReady, search, limit }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("ade");
    const query = {
      ...(state !== undefined && { state }),
      ...(notReady && { notReady: true }),
      ...(search !== undefined && { search }),
    };
    const ade = await client.ade.show();
    await printEndpoint(tools, ade);
    const devices = client.ade.devices(query);
    const columns = listColumns(terminal, ADE_DEVICE_COLUMNS, ADE_DEVICE.usual);
    await terminal.list(columns, limitRecords(devices, limit), () => limitLines(devices.ndjson(), limit));
    if (!terminal.onTerminal) return;
    const { present, missing, released, notReady: waiting } = ade.counts;
    if (present + missing + released === 0) {
      for (const step of buildNextSteps(ade, tools.clock.now().getTime())) await tools.terminal.note(step);
    }
    // with another --state, the list does not contain any of the devices that are not ready
    if (waiting > 0 && (state === undefined || state === "present"))
      await tools.terminal.note({ why: describeNotReady(waiting), line: line("ade status", []) });
  },
});

const describeNotReady = (count: number) =>
  text(
    `not ready: ${formatCount(count, "device")} (ADE profile state is neither assigned nor pushed); do not switch them on yet. To see what to do`,
    `準備が完了していないデバイスが ${count} 台あります(assigned でも pushed でもない)。まだ電源を入れないでください。対応を確認するには`,
  );
