import type { Column } from "../../lib/terminal/index.ts";
import { text, type Language } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { INPUT_ENCODING_OPTION, SHEET_OPTION } from "../kit/files/sheet.ts";
import { readSerialList } from "./purchased/serial-list.ts";
import { PROFILE_STATE_NOTE } from "./status-columns.ts";
import { describeVerdict, reconcile, summarise, type ReconciledDevice } from "./purchased/verdict.ts";

const createColumns = (language: Language): readonly Column<ReconciledDevice>[] => [
  { key: "serialNumber", header: text("serial number", "シリアルナンバー"), value: (one) => one.serialNumber },
  { key: "row", header: text("row", "行"), align: "end", value: ({ row }) => row },
  {
    key: "result",
    header: text("result", "結果"),
    value: ({ verdict }) => verdict,
    name: (one) => describeVerdict(one.verdict).name,
  },
  {
    key: "next",
    advice: true,
    header: text("what to do", "対処"),
    value: (one) => describeVerdict(one.verdict).next?.[language] ?? null,
  },
];

export default defineCommand({
  summary: text("compare a seller's list with Apple and CLOMO", "販売店のデバイス一覧を Apple・CLOMO と照合する"),
  details: [
    text(
      "If ade sync has fetched your organisation's devices (this requires an Apple Business API key), the list is compared with Apple and CLOMO, and differences about devices that are not on the list are shown, too. Otherwise, the list is compared with this tenant's own MDM server. In a mirror of the console (CLOMO PANEL), it is compared with the last imported export of devices. Exit code 9: some devices need action.",
      "ade sync で組織のデバイスを取得済みなら(Apple Business API の鍵が必要)、指定した一覧を Apple・CLOMO と照合し、一覧にないデバイスについても Apple と CLOMO の違いを表示します。取得していなければ、このテナント専用の MDM サーバーのデバイスと照合します。管理画面(CLOMO PANEL)のミラーでは、最後に取り込んだデバイスのエクスポートと照合します。対応が必要なデバイスがあれば終了コードは 9 です。",
    ),
  ],
  args: {
    file: {
      kind: "file",
      required: true,
      about: text("the seller's list (- for stdin)", "販売店の一覧(- は標準入力)"),
    },
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
    const ade = await client.ade.show();
    const all = await reconcile(client, list, ade);
    await terminal.list(createColumns(terminal.language), all);
    for (const line of summarise(all)) await terminal.note(line);
    if (ade.mirror) await terminal.note(PROFILE_STATE_NOTE);
    return all.every(({ verdict }) => describeVerdict(verdict).next === null) ? undefined : "differs";
  },
});
