import type { AuditHead } from "../../lib/client/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";

const COLUMNS: readonly Column<AuditHead>[] = [
  { key: "number", header: text("no.", "No."), value: ({ seq }) => seq },
  { key: "hash", header: text("hash", "ハッシュ"), value: ({ hash }) => hash },
  { key: "at", header: text("time", "日時"), value: ({ at }) => at, instant: true },
];

export default defineCommand({
  summary: text(
    "show the hash of the last record, to be kept elsewhere",
    "最後の記録のハッシュを表示する(別の場所に保管する)",
  ),
  args: {},
  options: {},
  examples: [{ line: "clomoctl audit head --format tsv --fields number,hash" }],
  exits: ["not-found"],
  async run({ terminal, ...tools }) {
    const { client } = await tools.tenant("audit");
    await terminal.show(COLUMNS, await client.audit.head());
  },
});
