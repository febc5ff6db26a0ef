import { line } from "../../../lib/advice/index.ts";
import { ADE_DEVICE, ADE_DEVICE_STATES } from "../../../lib/model/ade-device.ts";
import { counted, text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { firstLines, firstOf, LIMIT, listColumns } from "../../listing/list.ts";
import { nextSteps } from "../next.ts";
import { tellEndpoint } from "../shown.ts";
import { ADE_DEVICE_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list devices as Apple had them at the last sync", "前回の同期時点の ADE デバイスを一覧する"),
  args: {},
  options: {
    state: {
      kind: "choice",
      choices: ADE_DEVICE_STATES,
      about: text("only these (default: all but released ones)", "状態で絞り込む(既定: 解除済み以外)"),
    },
    notReady: {
      kind: "boolean",
      about: text(
        "only those whose ADE profile state is neither assigned nor pushed",
        "ADE プロファイル状態が assigned でも pushed でもないものだけ",
      ),
    },
    search: { kind: "string", value: "TEXT", about: text("part of any text of a device", "いずれかの項目の一部") },
    limit: LIMIT,
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
    await tellEndpoint(tools, ade);
    const devices = client.ade.devices(query);
    const columns = listColumns(terminal, ADE_DEVICE_COLUMNS, ADE_DEVICE.usual);
    await terminal.list(columns, firstOf(devices, limit), () => firstLines(devices.ndjson(), limit));
    if (!terminal.onTerminal) return;
    const { present, missing, released, notReady: waiting } = ade.counts;
    if (present + missing + released === 0) {
      for (const step of nextSteps(ade, tools.clock.now().getTime())) await tools.terminal.note(step);
    }
    // of another state is none of those that are listed
    if (waiting > 0 && (state === undefined || state === "present"))
      await tools.terminal.note({ why: notReadyYet(waiting), line: line("ade status", []) });
  },
});

const notReadyYet = (count: number) =>
  text(
    `${counted(count, "device")} not ready, neither assigned nor pushed: do not switch them on before; what to do`,
    `assigned でも pushed でもない、準備未完了のデバイスが ${count} 台あります(まだ電源を入れないでください)。対応`,
  );
