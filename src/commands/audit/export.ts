import { line } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { BYTE_UNIT } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { OUTPUT_FILE_OPTION, writeOutput } from "../csv/file/output.ts";
import { resolveTimezone } from "../tools.ts";
import { AUDIT_FILTERS, buildAuditQuery } from "./filters.ts";

const ONLY_NDJSON_FAILURE = new Failure("usage", {
  what: text("complete records can be written only as NDJSON", "記録は NDJSON でのみ書き出します"),
  where: "--format",
  hint: text(
    `leave out --format; ${line("audit list", [])} supports other formats`,
    `--format を省いてください。ほかの形式は ${line("audit list", [])} で使えます`,
  ),
});

export default defineCommand({
  summary: text(
    "write complete audit records, one per line (NDJSON), oldest first",
    "監査ログの記録を古い順に 1 行ずつ書き出す(NDJSON)",
  ),
  args: {},
  options: { output: OUTPUT_FILE_OPTION, ...AUDIT_FILTERS },
  examples: [
    { line: "clomoctl audit export -o audit.ndjson" },
    { line: "clomoctl audit export --since 2026-04-01 --until 2026-04-30" },
  ],
  exits: ["not-found", "locked"],
  async run(tools, { output, ...filters }) {
    const { format } = tools.globals;
    if (format !== undefined && format !== "ndjson") throw ONLY_NDJSON_FAILURE;
    tools.describeState(() => text("no file was written", "ファイルは書き出していません"));
    const chosen = await tools.tenant("audit");
    const lines = chosen.client.audit.export(buildAuditQuery(filters, resolveTimezone(tools, chosen)));
    const step = tools.terminal.progress.start({
      id: "export",
      name: text("Exporting", "エクスポート"),
      unit: BYTE_UNIT,
    });
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of lines.ndjson()) {
        step.advance(chunk.length);
        yield chunk;
      }
    };
    await writeOutput(tools, output, counted(), { held: false });
    step.finish();
  },
});
