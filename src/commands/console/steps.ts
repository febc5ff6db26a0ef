import type { ConsoleTask } from "../../lib/client/index.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { isFullUpdate } from "../imports/outputs/console/columns.ts";
import { pageOf, uploadOf } from "../imports/outputs/console/screen.ts";

/** What to do in the console and afterwards, one step after another. */
export function stepsOf(task: ConsoleTask): readonly Text[] {
  if (task.state !== "open") return [];
  if (task.importNumber === null) return [...fieldSteps(task), confirmed(task)];
  return task.work === "upload" ? uploadSteps(task) : repeatSteps(task);
}

function uploadSteps({ kind, mode, importNumber, create, update, delete: gone }: ConsoleTask): readonly Text[] {
  const plan = { kind, mode: mode ?? "append" };
  const { en, ja } = uploadOf(plan);
  const byHand = text(
    `in ${pageOf(kind).en}, delete by hand the ${gone} whom the list beside the file names (NAME-delete.xlsx)`,
    `${pageOf(kind).ja}で、ファイルと同じ場所の一覧(NAME-delete.xlsx)にある ${gone} 件を手作業で削除してください`,
  );
  return [
    ...(create + update > 0 || isFullUpdate(plan) || gone === 0
      ? [text(`${en}: the file that --emit-csv wrote`, `--emit-csv で書き出したファイル: ${ja}`)]
      : []),
    ...(gone > 0 && !isFullUpdate(plan) ? [byHand] : []),
    text(
      `export in the console, then: clomoctl imports verify ${importNumber} --against EXPORT.csv`,
      `管理画面でエクスポートしてから: clomoctl imports verify ${importNumber} --against EXPORT.csv`,
    ),
    text(
      `if it is not to be uploaded: clomoctl imports discard ${importNumber}`,
      `アップロードしない場合: clomoctl imports discard ${importNumber}`,
    ),
  ];
}

function repeatSteps(task: ConsoleTask): readonly Text[] {
  const { work, kind, importNumber, doubtedAt } = task;
  const page = pageOf(kind);
  return [
    text(
      `see what changed: clomoctl imports show ${importNumber} --rows`,
      `変更内容を確認: clomoctl imports show ${importNumber} --rows`,
    ),
    work === "undo"
      ? text(`put it back in ${page.en}, where it was done there`, `${page.ja}で反映済みのものを元に戻してください`)
      : text(`change the same in ${page.en}`, `${page.ja}で同じ変更をしてください`),
    ...(doubtedAt === null ? [exported(kind)] : [doubted]),
    confirmed(task),
  ];
}

/** An export that agrees proves that it was done. */
const exported = (kind: ConsoleTask["kind"]): Text => {
  const { app } = FORMATS[kind];
  const line = `clomoctl ${app === undefined ? `${kind} import EXPORT.csv` : `secured users import EXPORT.csv --app ${app}`} --from-console`;
  return text(`export in the console, then: ${line}`, `管理画面でエクスポートしてから: ${line}`);
};

const doubted = text(
  "an export of the console had other values since, which the mirror has by now: look in the console, as no later export proves it",
  "その後の管理画面のエクスポートと値が異なり、ミラーはエクスポートの値になっています。以後のエクスポートでは確認できないため、管理画面で確認してください",
);

function fieldSteps({ work, name }: ConsoleTask): readonly Text[] {
  const field = name ?? "";
  return [
    work === "add-field"
      ? text(
          `add ${field} to the カスタムユーザー情報 of CLOMO PANEL`,
          `CLOMO PANEL のカスタムユーザー情報に「${field}」を追加してください`,
        )
      : text(
          `remove ${field} from the カスタムユーザー情報 of CLOMO PANEL`,
          `CLOMO PANEL のカスタムユーザー情報から「${field}」を削除してください`,
        ),
  ];
}

const confirmed = ({ number }: ConsoleTask): Text =>
  text(
    `once it is done: clomoctl console confirm ${number} (if it is not to be done: clomoctl console drop ${number})`,
    `完了したら: clomoctl console confirm ${number}(行わない場合: clomoctl console drop ${number})`,
  );

/** Where in the console a task is done. */
export const placeOf = ({ kind, importNumber }: ConsoleTask): Text =>
  importNumber === null ? same("CLOMO PANEL") : pageOf(kind);
