import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { IMPORT_STATE_NAMES } from "../../model/import.ts";
import { counted, joined, text, type Text } from "../../text/index.ts";
import type { Reader } from "../store/store.ts";
import { DONE, listImports, stateOf, type ImportRecord } from "./import-rows.ts";

/** The end of what a refusal says. */
export const NOTHING_CHANGED = text("; nothing was changed", "。何も変更していません");

/** One refusal for several of the parts of one change: nobody is told one after another. */
export const together = (refusals: readonly Failure[]): Failure => {
  const [first, ...more] = refusals;
  if (first !== undefined && more.length === 0) return first;
  const bare = ({ what: { en, ja } }: Failure): Text =>
    text(withoutEnd(en, NOTHING_CHANGED.en), withoutEnd(ja, NOTHING_CHANGED.ja));
  const { en, ja } = joined(refusals.map(bare), text("; ", "。"));
  const hints: Text[] = [];
  for (const { hint } of refusals) {
    if (hint !== undefined && !hints.some((known) => known.en.includes(hint.en))) hints.push(hint);
  }
  return new Failure("input-rejected", {
    what: text(`${en}${NOTHING_CHANGED.en}`, `${ja}${NOTHING_CHANGED.ja}`),
    hint: hints.length === 0 ? undefined : joined(hints, text("; ", "。")),
  });
};

const withoutEnd = (whole: string, end: string): string => (whole.endsWith(end) ? whole.slice(0, -end.length) : whole);

const show = ({ number }: Pick<ImportRecord, "number">): string => line("imports show", [number]);

/** Returns a hint to look at an import. */
export const seeImport = (record: Pick<ImportRecord, "number">): Text =>
  text(`see it: ${show(record)}`, `確認: ${show(record)}`);

/** The failure of committing a plan with invalid rows. */
export const rejected = (record: ImportRecord): Failure =>
  new Failure("input-rejected", {
    what: text(
      `import ${record.number} has invalid rows; nothing was changed`,
      `インポート ${record.number} に不正な行があるため、何も変更していません`,
    ),
    hint: text(`see them: ${show(record)}`, `確認: ${show(record)}`),
  });

/** The failure of asking for the plan of an import that has none (any more). */
export const withoutPlan = (record: ImportRecord): Failure => {
  const { en, ja } = IMPORT_STATE_NAMES[stateOf(record)];
  return new Failure("conflict", {
    what: text(
      `import ${record.number} is ${en}; it has no open plan`,
      `インポート ${record.number} は${ja}で、有効な計画がありません`,
    ),
    hint: insteadOfPlan(record),
  });
};

const insteadOfPlan = (record: ImportRecord): Text => {
  const { number, state, detail } = record;
  if (DONE.includes(state)) {
    const rows = line("imports show", [number], { rows: true });
    return text(`what it did: ${rows}`, `結果の確認: ${rows}`);
  }
  return detail.request?.mode === "delete"
    ? text("delete them anew, by their names or filters", "名前か絞り込み条件を指定して、削除からやり直してください")
    : text("import the file again", "ファイルをもう一度インポートしてください");
};

/** The failure of committing a plan after a collection that it read has changed. */
export const overtakenByTenant = ({ number }: Pick<ImportRecord, "number">): Failure =>
  new Failure("conflict", {
    what: text("the tenant changed since the plan was made", "計画を作った後にテナントが変更されました"),
    hint: step("compare again", "もう一度比較してください", line("imports replan", [number])),
  });

/**
 * Returns the failure of undoing a change twice. All of it can be undone again if the first undo left records out.
 *
 * @param by the number of the undo
 */
export const undoneAlready = async (reader: Reader, number: number, by: number): Promise<Failure> => {
  const undo = (await listImports(reader)).find(({ change }) => change === by);
  const { counts, skipBlocked, mirrorOnly } = undo?.detail ?? {};
  const { reopened, blocked } = counts ?? {};
  const left = skipBlocked === true && reopened === undefined ? (blocked?.count ?? 0) : 0;
  const again = reopened === undefined ? line("undo", [by]) : line("console confirm", [...reopened.tasks]);
  const whole = line("undo", [number], { mirrorOnly });
  const but = text(`, but for ${counted(left, "record")}`, `(取り消せなかった ${left} 件を除く)`);
  const what = text(
    `change ${number} was already undone by change ${by}`,
    `変更 ${number} は変更 ${by} ですでに取り消されています`,
  );
  return new Failure(
    "conflict",
    left === 0
      ? { what, hint: step("to have it again", "もう一度適用するには", again) }
      : {
          what: text(`${what.en}${but.en}`, `${what.ja}${but.ja}`),
          hint: text(`to undo all of it: ${again}, then ${whole}`, `すべて取り消すには、この順に: ${again}、${whole}`),
        },
  );
};

/** The failure of undoing a change after the records in its way have become others than were shown. */
export const blockedOtherwise = ({ detail: { undoes, drops } }: ImportRecord): Failure =>
  new Failure("conflict", {
    what:
      drops === undefined
        ? text(
            `records of change ${undoes} were changed since the undo was shown; nothing was changed`,
            `確認の表示後に変更 ${undoes} のレコードが変更されたため、何も変更していません`,
          )
        : text(
            `something was changed since it was shown what dropping ${drops.join(", ")} does; nothing was changed`,
            `作業 ${drops.join("、")} を管理画面の内容に戻す確認の表示後に変更があったため、何も変更していません`,
          ),
    hint: text("look at it again, and run the command again", "内容を確認してから、もう一度実行してください"),
  });

/**
 * The failure of undoing a change of which nothing can be restored.
 *
 * @param before the number of the last change before it that can be undone, if that helps
 */
export const notUndoable = (number: number, why: Text, before?: number): Failure =>
  new Failure("conflict", {
    what: text(`change ${number} cannot be undone: ${why.en}`, `変更 ${number} は取り消せません: ${why.ja}`),
    hint:
      before === undefined
        ? step("see it", "確認", line("audit show", [number]))
        : step("to undo the change before it", "その前の変更を取り消すには", line("undo", [before])),
  });
