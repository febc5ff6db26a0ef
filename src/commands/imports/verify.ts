import { Failure } from "../../lib/errors/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { INPUT_ENCODING } from "../csv/file/encoding.ts";
import { RESULT_COLUMNS, ROW_COLUMNS } from "./plan/columns.ts";
import { findImport, ID_ARGUMENT } from "./plan/find.ts";
import { openInput } from "../../lib/files/index.ts";
import { COMMITTED } from "./plan/pending.ts";
import { showResult } from "./plan/result.ts";
import { examineFile, streamOf } from "./plan/send.ts";

const STILL_WAITS = text(
  "nothing was changed; the plan is still waiting for verification",
  "何も変更していません。計画は照合待ちのままです",
);

const MAY_BE_DONE = (number: number): Text =>
  text(
    `the verification was in progress; the plan is either committed or still waiting, check: clomoctl imports show ${number}`,
    `照合の途中でした。計画はすべて確定したか、照合待ちのままです。確認: clomoctl imports show ${number}`,
  );

export default defineCommand({
  summary: text(
    "compare the console's new export with a plan that was written for the console",
    "管理画面の新しいエクスポートを、書き出した計画と照合する",
  ),
  details: [
    text(
      "If they agree, the tenant is updated and the plan is committed. Otherwise the differences are listed and the plan stays open (exit 9). In that list, create is a record only the export has, delete one it lacks.",
      "一致すればテナントに反映して計画を確定します。一致しなければ差異を一覧し、計画は照合待ちのままです(終了コード 9)。一覧の create はエクスポートだけにあるもの、delete はエクスポートにないものです。",
    ),
  ],
  args: { id: ID_ARGUMENT },
  options: {
    against: {
      kind: "file",
      value: "EXPORT.csv",
      required: true,
      about: text(
        "the console's export, made after the upload",
        "アップロード後に管理画面からエクスポートしたファイル",
      ),
    },
    encoding: INPUT_ENCODING,
  },
  examples: [{ line: "clomoctl imports verify 12 --against export.csv" }],
  exits: ["input-rejected", "conflict", "not-found", "differs"],
  shows: [...RESULT_COLUMNS, ...ROW_COLUMNS],
  async run(tools, { id, against, encoding }) {
    const { terminal } = tools;
    const { client, context } = await tools.tenant("imports");
    const found = await findImport(client, id, ["awaiting-console"]);
    tools.describeState(() => STILL_WAITS);
    await using file = await openInput(tools, against);
    const { encoding: detected } = await examineFile(tools, file, { encoding, newline: "auto" });
    tools.describeState(() => MAY_BE_DONE(found.number));
    const upload = { stream: streamOf(tools, file), encoding: detected };
    const verification = await client.imports.verify(found.id, upload, tools.signal).catch((error: unknown) => {
      // over a socket only the wait was interrupted: the tenant may continue
      const isOver = error instanceof Failure && error.code === "interrupted" && context.kind === "embedded";
      if (isOver) tools.describeState(() => STILL_WAITS);
      throw error;
    });
    const { accepted, differences, first } = verification;
    tools.describeState(() => (accepted ? COMMITTED : STILL_WAITS));
    if (accepted) {
      return showResult(tools, { plan: verification.import, dryRun: false, committed: true });
    }
    await terminal.list(ROW_COLUMNS, first);
    await terminal.note(
      text(
        `records that differ from the plan: ${differences}; nothing was changed, and the plan is still waiting for verification`,
        `計画と異なるものが ${differences} 件あります。何も変更しておらず、計画は照合待ちのままです`,
      ),
    );
    return "differs";
  },
});
