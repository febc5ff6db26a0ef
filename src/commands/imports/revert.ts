import { basename } from "node:path";
import type { Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { shownOption } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { changesNothing, confirmAndCommit, refuseOtherNumber } from "./plan/confirm.ts";
import { checkLimits, LIMITS, refuseBeyond } from "./plan/limits.ts";
import { CONFIRM_DELETIONS, CONFIRM_WIPES, UPLOAD_FILE } from "./plan/options.ts";
import { deletionsName } from "./outputs/console/upload.ts";
import { findImport, ID_ARGUMENT, isLast } from "./plan/find.ts";
import { NOTHING_CHANGED, PendingPlan } from "./plan/pending.ts";
import { showResult } from "./plan/result.ts";
import { named, rowsOf, showPlan } from "./plan/show.ts";
import { RESULT_COLUMNS } from "./plan/columns.ts";

export default defineCommand({
  summary: text("undo a committed import", "確定したインポートを取り消す"),
  details: [
    text(
      "The inverse plan is shown and confirmed like an import: created records are deleted, changed or deleted ones get their former values back. Imports may be undone in any order. If a record does not stand as the import left it, or others use it by now, nothing is undone and the record is named (exit 5). What was changed by hand since counts as changed, whatever its values are now.",
      "逆の計画を表示し、インポートと同じように確認します。追加したものは削除し、変更・削除したものは元の値に戻します。取り消す順序は問いません。インポートした後に変わったものや、ほかから使われているものがあれば、それを示して何も取り消しません(終了コード 5)。手作業で変更したものは、値が元に戻っていても変わったものとみなします。",
    ),
  ],
  args: { id: ID_ARGUMENT },
  options: {
    confirmDeletions: CONFIRM_DELETIONS,
    confirmWipes: CONFIRM_WIPES,
    ...LIMITS,
    dryRun: {
      kind: "boolean",
      about: text("show the inverse plan and change nothing", "逆の計画を表示するだけで何も変更しない"),
    },
    emitCsv: {
      ...UPLOAD_FILE,
      beside: (name) => [deletionsName(name)],
      about: text(
        "of an import that went to the console: undo it here, and write the file that undoes it there",
        "管理画面へ送ったインポートを、ここで取り消し、管理画面でも元に戻すためのファイルを書き出す",
      ),
    },
    mirrorOnly: {
      kind: "boolean",
      about: text(
        "of an import that went to the console, or of the console's own export: undo it here only, the console stays as it is",
        "管理画面へ送ったインポートや管理画面のエクスポートの取り込みを、ここでだけ取り消す(管理画面は変更しない)",
      ),
    },
  },
  examples: [
    { line: "clomoctl imports revert last --dry-run" },
    { line: "clomoctl imports revert 12 --confirm-deletions 3" },
    { line: "clomoctl imports revert 12 --emit-csv undo-12.csv", about: text("in the console too", "管理画面でも") },
  ],
  exits: ["input-rejected", "conflict", "not-found", "limit-exceeded"],
  shows: RESULT_COLUMNS,
  async run(tools, { id, dryRun, emitCsv, mirrorOnly, ...answers }) {
    checkLimits(answers);
    const { client } = await tools.tenant("imports");
    const original = await findImport(client, id);
    if (isLast(id) && !dryRun && !original.mine && !tools.terminal.interactive) throw madeByAnother(original, emitCsv);
    if (emitCsv !== undefined && mirrorOnly) throw ONE_OF_BOTH;
    const went = original.emittedAt !== null && DONE.includes(original.state);
    if (went && !dryRun && !mirrorOnly && emitCsv === undefined) throw wentToConsole(original);
    const isExport = original.request?.fromConsole === true;
    const fileName = emitCsv === undefined ? undefined : basename(emitCsv);
    const undo = await client.imports.revert(original.id, { mirrorOnly: mirrorOnly || undefined, fileName });
    const pending = new PendingPlan(tools, client, undo, false);
    return pending.settling(async () => {
      // the rows of what is undone stay, whatever becomes of the undoing
      await showPlan(tools, pending.plan, rowsOf(original));
      for (const line of whatIsUndone(original, pending.plan)) await tools.terminal.note(line);
      if (isExport && !mirrorOnly && !changesNothing(pending.plan)) await tools.terminal.warn(undoesExport(original));
      const handOver = async (file: string, done: () => Promise<Import>) => {
        const { emitUndo } = await import("./outputs/console/undo.ts");
        let plan = pending.plan;
        await emitUndo(tools, file, { undo: plan, original }, async () => (plan = await done()));
        return { plan, committed: true };
      };
      const commit = (): Promise<Import> => pending.commit();
      // the age of the mirror goes back with an export, and the tasks that it had closed are open again
      if (!dryRun && (isExport || !changesNothing(pending.plan)))
        return confirmAndCommit(
          tools,
          pending,
          answers,
          emitCsv === undefined ? undefined : () => handOver(emitCsv, commit),
        );
      refuseOtherNumber(pending.plan, answers);
      refuseBeyond(pending.plan, answers);
      if (dryRun && emitCsv !== undefined) await handOver(emitCsv, async () => pending.plan);
      if (!dryRun) await tools.terminal.note(NOTHING_CHANGED);
      await pending.leave();
      return showResult(tools, { plan: pending.plan, dryRun, committed: false });
    });
  },
});

/** What is undone, and what the counts of the plan do not tell. */
function* whatIsUndone(original: Import, { create, kind, lost = [] }: Import): Generator<Text> {
  const { number, fileName, actor, secretsSet, orgsCreated, groupsCreated, newOrgs, newGroups } = original;
  yield text(
    `undoes import ${number} (${fileName}, by ${actor})`,
    `インポート ${number}(${fileName}、実行者 ${actor})を取り消します`,
  );
  if (orgsCreated > 0) {
    const names = named(orgsCreated, newOrgs);
    yield text(`organisations that it created are deleted too: ${names}`, `そのとき作成した組織も削除します: ${names}`);
  }
  if (groupsCreated > 0) {
    const names = named(groupsCreated, newGroups);
    yield text(`groups that it created are deleted too: ${names}`, `そのとき作成したグループも削除します: ${names}`);
  }
  if (lost.length > 0) {
    const { en, ja } = joined(
      lost.map(({ name, values }) => {
        const field = name === null ? text("(name not known)", "(名前不明)") : same(name);
        return text(`${field.en}: ${counted(values, "value")}`, `${field.ja}: ${values} 件`);
      }),
      text("; ", "、"),
    );
    yield text(
      `custom fields were removed since, and their values do not come back: ${en}`,
      `その後に削除されたカスタム項目の値は元に戻りません: ${ja}`,
    );
  }
  if (secretsSet > 0) {
    yield text(
      "passwords and the like that it set stay as they are: former ones are not kept",
      "設定したパスワードなどは元に戻りません(以前のものは保存していません)",
    );
  }
  if (create > 0 && FORMATS[kind].columns.some(({ secret }) => secret === true)) {
    yield text(
      "what was deleted comes back without passwords and the like: none are kept, set them anew",
      "削除したものは、パスワードなどが未設定の状態で元に戻ります(保存していないため、設定し直してください)",
    );
  }
}

const undoesExport = ({ number }: Import): Text =>
  text(
    `import ${number} was the console's own export: without it the mirror differs from the console (what is to be done there: clomoctl console list); --mirror-only takes only the mirror back`,
    `インポート ${number} は管理画面のエクスポートの取り込みです。取り消すとミラーが管理画面と異なります(管理画面での作業: clomoctl console list)。ミラーだけを取り込み前に戻すには --mirror-only を指定してください`,
  );

/** What was the last import when the command was written may not be it when the command runs. */
const madeByAnother = ({ number, actor }: Import, emitCsv: string | undefined): Failure => {
  const again = `clomoctl imports revert ${number}${emitCsv === undefined ? "" : ` ${shownOption("--emit-csv", emitCsv)}`}`;
  return new Failure("usage", {
    what: text(
      `the last import, ${number}, was made by ${actor}; nothing was undone`,
      `最後のインポート ${number} は ${actor} によるものです。何も取り消していません`,
    ),
    hint: text(`name it: ${again}`, `番号で指定してください: ${again}`),
  });
};

const DONE: readonly string[] = ["committed", "accepted"];

const ONE_OF_BOTH = new Failure("usage", {
  what: text("--emit-csv and --mirror-only exclude each other", "--emit-csv と --mirror-only は同時に使えません"),
});

const wentToConsole = ({ number }: Import): Failure =>
  new Failure("usage", {
    what: text(
      `import ${number} went to the console: undoing it here leaves the console as it is`,
      `インポート ${number} は管理画面へ送られています。ここで取り消しても、管理画面は元に戻りません`,
    ),
    hint: text(
      "pass --emit-csv FILE.csv for a file that undoes it there, or --mirror-only",
      "管理画面でも元に戻すファイルを書き出すには --emit-csv FILE.csv、ここでだけ取り消すには --mirror-only を指定してください",
    ),
  });
