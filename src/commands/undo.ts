import { line } from "../lib/advice/index.ts";
import type { Import } from "../lib/client/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { FORMATS } from "../lib/model/formats.ts";
import { counted, joined, text, type Text } from "../lib/text/index.ts";
import { defineCommand } from "./command.ts";
import { checkLimits } from "../lib/plan/limits.ts";
import { changesIn, changesNothing, rowsLine } from "../lib/plan/describe.ts";
import { ACTIONS, countAll } from "../lib/plan/plan.ts";
import { parseChange } from "./imports/plan/find.ts";
import { CONFIRM_DELETIONS, CONFIRM_WIPES, LIMITS, PLAN_ONLY, UPLOAD_FILE } from "./imports/plan/options.ts";
import type { WrittenUpload } from "./imports/outputs/console/file.ts";
import { deletionsName } from "./imports/outputs/console/upload.ts";
import { PendingPlan } from "./imports/plan/pending.ts";
import { settlePlan, showResult } from "./imports/plan/settle.ts";
import { showPlan } from "./imports/plan/show.ts";
import { RESULT_COLUMNS, type LeftOutSummary } from "../lib/plan/columns.ts";
import type { Tools } from "./tools.ts";

export default defineCommand({
  summary: text("undo a change", "変更を取り消す"),
  details: [
    text(
      "Undoes any change of users, organisations, devices, accounts and groups by its number: an edit, an import, a deletion, an apply, another undo, or a confirmation of tasks. Created records are deleted, changed or deleted ones get their former values back; the plan is shown and confirmed like an import. Changes may be undone in any order. If a record was changed since, or others need it, nothing is undone and each such record is named with the later change (exit 5); --skip-blocked undoes the rest (exit 8).",
      "ユーザー・組織・デバイス・アカウント・グループの変更を、番号で取り消します。編集・インポート・削除・適用・作業の完了の記録のほか、取り消しも取り消せます。追加したものは削除し、変更・削除したものは元の値に戻します。インポートと同じように計画を表示して確認します。取り消す順序は問いません。その後に変更されたレコードや、ほかから使われているレコードがあれば、後の変更とともに示して何も取り消しません(終了コード 5)。--skip-blocked は、それ以外を取り消します(終了コード 8)。",
    ),
    text(
      "If the change took over an export of the console, the records here are restored and a task asks for the same in the console. Tasks that the export closed stay closed. With --mirror-only nothing is asked for, and these tasks are open again.",
      "管理画面のエクスポートの取り込みを取り消すと、ここでのデータを元に戻し、管理画面でも元に戻す作業ができます。エクスポートで終わった作業は、終わったままです。--mirror-only では作業はできず、終わった作業を未了に戻します。",
    ),
    text(
      "If the change confirmed tasks of the console, these are open again, and no record changes. What was changed, or shown by an export, since it was confirmed is in the way.",
      "管理画面での作業の完了を記録した変更を取り消すと、その作業を未了に戻します。データは変わりません。その後に変更したもの、エクスポートで確認されたものは取り消せません。",
    ),
    text(
      "`last` is your newest change that was not undone. Passwords and the like, custom fields that were removed, and what was done at Apple do not come back.",
      "last は、まだ取り消していない自分の最新の変更です。パスワードなど、削除したカスタム項目、Apple 側で行ったことは元に戻りません。",
    ),
  ],
  args: {
    change: {
      kind: "string",
      value: "NUMBER|last",
      required: true,
      about: text("number of the change, or `last`: your newest one", "変更番号、または last(自分の最新の変更)"),
    },
  },
  options: {
    confirmDeletions: CONFIRM_DELETIONS,
    confirmWipes: CONFIRM_WIPES,
    ...LIMITS,
    skipBlocked: {
      kind: "boolean",
      about: text(
        "leave records that cannot be undone as they are, and undo the rest (exit 8)",
        "取り消せないレコードはそのままにして、ほかを取り消す(終了コード 8)",
      ),
    },
    dryRun: PLAN_ONLY,
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
        "of an export of the console that was taken over: undo it here only, the console stays as it is",
        "管理画面のエクスポートの取り込みを、ここでだけ取り消す(管理画面は変更しない)",
      ),
    },
  },
  excludes: [["emitCsv", "mirrorOnly"]],
  examples: [
    { line: "clomoctl undo last --dry-run" },
    { line: "clomoctl undo 12 --confirm-deletions 3" },
    { line: "clomoctl undo 12 --emit-csv undo-12.csv", about: text("in the console too", "管理画面でも") },
  ],
  exits: ["input-rejected", "conflict", "not-found", "limit-exceeded", "partial"],
  shows: RESULT_COLUMNS,
  async run(tools, { change, dryRun, emitCsv, mirrorOnly, skipBlocked, ...answers }) {
    checkLimits(answers);
    const { client } = await tools.tenant("imports");
    const plan = await client.imports.undo(parseChange(change, line("audit list", [])), {
      mirrorOnly: mirrorOnly || undefined,
      skipBlocked: skipBlocked || undefined,
    });
    const pending = new PendingPlan(tools, client, plan, false);
    return pending.settling(async () => {
      const imports = await client.imports.list();
      const original = importOf(imports, plan);
      if (emitCsv !== undefined && original === undefined) throw noFile(plan);
      // the rows of what is undone stay, whatever becomes of the undo
      await showPlan(tools, plan, { allRows: original && rowsLine(original) });
      for (const note of whatIsUndone(plan, original)) await tools.terminal.note(note);
      if (plan.blocked !== undefined && !skipBlocked) {
        // as of a rejected file, nobody is told to run it without --dry-run
        await showResult(tools, { plan: { ...plan, rejected: true }, dryRun, committed: false });
        throw cannotUndo(plan, plan.blocked, { mirrorOnly: mirrorOnly || undefined, emitCsv });
      }
      const isExport = original?.request?.fromConsole === true;
      if (isExport && mirrorOnly) await tools.terminal.note(MIRROR_ONLY);
      else if (isExport) for (const one of whatStaysThere(plan, original)) await tools.terminal.warn(one);
      return settlePlan(tools, pending, {
        ...answers,
        dryRun,
        changes: isOfExport(imports, plan) || !changesNothing(plan),
        file:
          emitCsv === undefined || original === undefined ? undefined : undoFile(tools, emitCsv, { plan, original }),
      });
    });
  },
});

/** Returns the file that undoes an import in the console, as it is written with the undo. */
const undoFile = (
  tools: Tools,
  name: string,
  { plan, original }: { readonly plan: Import; readonly original: Import },
) => ({
  name,
  write: async (settle: (written: WrittenUpload) => Promise<Import>): Promise<LeftOutSummary> => {
    const { emitUndo } = await import("./imports/outputs/console/undo.ts");
    const { sayLeftOut } = await import("./imports/outputs/console/left-out.ts");
    let undo = plan;
    const leftOut = await emitUndo(tools, name, { undo, original }, async (written) => (undo = await settle(written)));
    await sayLeftOut(tools, name, leftOut, undo);
    return leftOut;
  },
});

/** The import that made the change which another one undoes; undefined if none did. */
const importOf = (imports: readonly Import[], { undoes }: Import): Import | undefined =>
  imports.find(({ change }) => undoes !== null && change === undoes);

/** True if a chain of undoes starts at an export of the console: it changes tasks and the age of the mirror, even if no record changes. */
const isOfExport = (imports: readonly Import[], undo: Import): boolean => {
  const undone = importOf(imports, undo);
  return undone !== undefined && (undone.request?.fromConsole === true || isOfExport(imports, undone));
};

/** What is undone, and what the counts of the plan do not tell. */
function* whatIsUndone(plan: Import, original: Import | undefined): Generator<Text> {
  const { create, kind, lost = [], others = [], undoes } = plan;
  if (original !== undefined && original.fileName !== "") {
    const { fileName, actor } = original;
    yield text(`change ${undoes}: ${fileName}, by ${actor}`, `変更 ${undoes}: ${fileName}(実行者 ${actor})`);
  }
  if (original !== undefined && original.emittedAt !== null)
    yield text(
      "do not upload its file any more; if that was done, the tasks say what to put back in the console",
      "このインポートのファイルは、もうアップロードしないでください。アップロード済みなら、管理画面で元に戻す作業が残ります",
    );
  if (others.length > 0)
    yield text(`later changes were made by ${others.join(", ")}`, `その後に変更した人: ${others.join("、")}`);
  if (lost.length > 0) {
    const { en, ja } = joined(
      lost.map(({ name, values }) => text(`${name}: ${counted(values, "value")}`, `${name}: ${values} 件`)),
      text("; ", "、"),
    );
    yield text(
      `custom fields were removed since, and their values do not come back: ${en}`,
      `その後に削除されたカスタム項目の値は元に戻りません: ${ja}`,
    );
  }
  if (original !== undefined && original.secretsSet > 0) yield secretsStay(original);
  if (create > 0 && FORMATS[kind].columns.some(({ secret }) => secret === true))
    yield text(
      "what was deleted comes back without passwords and the like: none are kept, so set them again",
      "削除したものは、パスワードなどが未設定の状態で元に戻ります(保存していないため、設定し直してください)",
    );
}

/** What to do about the secrets that an import set: nothing restores one. */
function secretsStay({ consoleTask }: Import): Text {
  const confirm = consoleTask === undefined ? undefined : line("console confirm", [consoleTask]);
  return text(
    `passwords and the like that it set stay as they are, as none are kept: set them again${confirm === undefined ? "" : `, or if the console has them: ${confirm}`}`,
    `設定したパスワードなどは元に戻りません(保存していないため)。設定し直してください${confirm === undefined ? "" : `。管理画面で設定済みの場合: ${confirm}`}`,
  );
}

/** Maximum number of later changes whose undo is proposed. */
const MAX_LATER = 3;

/** The number of records that an undo would write or whose tasks it would open again, with those in the way. */
const countUndone = (plan: Import): number =>
  ACTIONS.reduce((sum, action) => sum + countAll(changesIn(plan), action), 0) + (plan.reopened?.records ?? 0);

/** @param given the options that say how it is undone */
const cannotUndo = (
  plan: Import,
  { count, first }: NonNullable<Import["blocked"]>,
  given: { readonly mirrorOnly: true | undefined; readonly emitCsv: string | undefined },
): Failure => {
  const { undoes, reopened } = plan;
  const skip = line("undo", [undoes ?? "last"], { ...given, skipBlocked: true });
  const later = [...new Set(first.flatMap(({ change }) => change ?? []))].toSorted((a, b) => b - a);
  const lines = later.slice(0, MAX_LATER).map((number) => line("undo", [number]));
  const before = [...lines, ...(later.length > MAX_LATER ? ["…"] : [])].join(", ");
  const ways = [
    ...(reopened !== undefined ? [text(`how these tasks stand: ${ALL_TASKS}`, `作業の状況: ${ALL_TASKS}`)] : []),
    ...(reopened === undefined && later.length > 0
      ? [text(`undo what was changed later first: ${before}`, `先に後の変更を取り消してください: ${before}`)]
      : []),
    ...(count < countUndone(plan) ? [text(`to undo only the rest: ${skip}`, `ほかだけを取り消すには: ${skip}`)] : []),
  ];
  return new Failure("conflict", {
    what: text(
      `${counted(count, "record")} of change ${undoes} cannot be undone; nothing was changed`,
      `変更 ${undoes} のうち ${count} 件は取り消せないため、何も変更していません`,
    ),
    hint: ways.length === 0 ? undefined : joined(ways, text("; ", "。")),
  });
};

const ALL_TASKS = line("console list", [], { all: true });

const undoesExport = ({ undoes }: Import): Text =>
  text(
    `change ${undoes} took over an export of the console: undoing it has to be done in the console, too (${line("console list", [])}); --mirror-only undoes it here only, and the tasks that it closed are open again`,
    `変更 ${undoes} は管理画面のエクスポートの取り込みです。取り消した内容は、管理画面でも元に戻す必要があります(${line("console list", [])})。ここだけを取り込み前に戻し、終わった作業も未了に戻すには、--mirror-only を指定してください`,
  );

/** What the undo of an export leaves as it is unless it is of the mirror only: the console; or the tasks, if no record changes. */
function* whatStaysThere(plan: Import, { settled }: Import): Generator<Text> {
  if (!changesNothing(plan)) yield undoesExport(plan);
  const tasks = settled && [...settled.closed, ...settled.contradicted, ...(settled.reopened ?? [])];
  if (!changesNothing(plan) || tasks === undefined || tasks.length === 0) return;
  const { undoes } = plan;
  const only = line("undo", [undoes ?? "last"], { mirrorOnly: true });
  yield text(
    `change ${undoes} took over an export of the console, and the tasks that it closed or contradicted stay as they are: ${tasks.join(", ")}; to put them back as they were before: ${only}`,
    `変更 ${undoes} は管理画面のエクスポートの取り込みです。取り込みで状態が変わった作業(${tasks.join("、")})は、そのまま残ります。作業も取り込み前の状態に戻すには: ${only}`,
  );
}

const MIRROR_ONLY = text(
  "only the mirror changes: nothing is to be done in the console, and the tasks that this export closed are open again",
  "変わるのはミラーだけです。管理画面で行う作業はできず、このエクスポートで終わった作業は未了に戻ります",
);

const noFile = ({ undoes }: Import): Failure =>
  new Failure("usage", {
    what: text(
      `change ${undoes} is not an import, so no file can undo it in the console`,
      `変更 ${undoes} はインポートではないため、管理画面で取り消すファイルは書き出せません`,
    ),
    where: "--emit-csv",
    hint: text(
      `leave it out, then do what ${line("console list", [])} says`,
      `指定せずに取り消し、${line("console list", [])} に従ってください`,
    ),
  });
