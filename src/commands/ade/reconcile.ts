import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { INPUT_ENCODING_OPTION } from "../csv/file/encoding.ts";
import { SHEET_OPTION } from "../csv/file/sheet.ts";
import { readSerialList } from "./purchased/serial-list.ts";
import {
  reconcileWithTenant,
  isReadyVerdict,
  listNextSteps,
  VERDICTS,
  type ReconciledDevice,
} from "./purchased/verdict.ts";

const COLUMNS: readonly Column<ReconciledDevice>[] = [
  { key: "serialNumber", header: text("serial number", "シリアルナンバー"), value: (one) => one.serialNumber },
  { key: "row", header: text("row", "行"), align: "end", value: ({ row }) => row },
  { key: "result", header: text("result", "結果"), value: (one) => one.verdict, name: (one) => VERDICTS[one.verdict] },
  {
    key: "profileStatus",
    header: text("ADE profile state", "ADE プロファイル状態"),
    value: (one) => one.profileStatus,
  },
];

export default defineCommand({
  summary: text("compare purchased devices with Apple's device list", "購入したデバイスと Apple 側の情報を照合する"),
  details: [
    text(
      "In a mirror of the console (CLOMO PANEL), the list is compared with the last export of devices, which does not contain profile states. Exit code 9: some devices need action.",
      "管理画面(CLOMO PANEL)のミラーでは、最後にエクスポートしたデバイスと照合します(プロファイルの状態は含まれません)。対応が必要なデバイスがあれば終了コードは 9 です。",
    ),
  ],
  args: {
    file: { kind: "file", required: true, about: text("the seller's list (- is stdin)", "販売店の一覧(- は標準入力)") },
  },
  options: { encoding: INPUT_ENCODING_OPTION, sheet: SHEET_OPTION },
  examples: [
    { line: "clomoctl ade reconcile purchased.csv" },
    { line: "clomoctl ade reconcile purchased.xlsx --sheet 2026" },
  ],
  exits: ["usage", "input-rejected", "not-permitted", "not-found", "differs"],
  async run(tools, { file, encoding, sheet }) {
    const { terminal } = tools;
    const list = await readSerialList(tools, file, { encoding, sheet });
    const { client } = await tools.tenant("ade", "devices");
    const { mirror } = await client.ade.show();
    const all = await Array.fromAsync(reconcileWithTenant(client, list, mirror));
    await terminal.list(COLUMNS, all);
    for (const line of listNextSteps(all, mirror)) await terminal.note(line);
    return all.every(({ verdict }) => isReadyVerdict(verdict)) ? undefined : "differs";
  },
});
