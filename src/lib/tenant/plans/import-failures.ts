import { line, step } from "../../advice/index.ts";
import type { ConsoleTask } from "../ledger/tasks.ts";
import { Failure } from "../../errors/index.ts";
import { IMPORT_STATE_NAMES, MAX_HEADER_ROW } from "../../model/import.ts";
import { describeBlockedRecord, type BlockedRecord } from "../../derived/undo.ts";
import { joinTexts, text, type Text } from "../../text/index.ts";
import { getDisplayState, type ImportRecord } from "../ledger/import-rows.ts";
import { NOT_EXPORTED_KINDS } from "../../nouns/index.ts";
import type { Fields } from "../../model/thing.ts";
import { checkFieldValue } from "../ledger/records.ts";
import {
  IMPORT_FIELDS,
  IMPORT_LENGTHS,
  IMPORT_LISTS,
  IMPORT_KIND_FIELDS,
  type ImportRequest,
} from "../ledger/import-request.ts";

export const createRejectedImportFailure = (record: ImportRecord): Failure =>
  new Failure("input-rejected", {
    what: text(
      `import ${record.number} has invalid rows; nothing was changed`,
      `インポート ${record.number} にエラーのある行があるため、何も変更していません`,
    ),
    hint: step("to see the invalid rows", "エラーのある行の確認", line("imports show", [record.number])),
  });

export const createTenantChangedFailure = (changed: readonly BlockedRecord[] = []): Failure =>
  new Failure("conflict", {
    what: joinTexts([TENANT_CHANGED, ...changed.map(describeBlockedRecord)], text(": ", "。")),
    hint: text(
      "to make the plan again, run the command that made it",
      "計画を作ったコマンドをもう一度実行してください",
    ),
  });

const TENANT_CHANGED = text(
  "the tenant has changed since the plan was made, so the plan would now make different changes",
  "計画を作った後にテナントが変更されたため、今適用すると計画と違う結果になります",
);

export const createAlreadyUndoneFailure = (number: number, by: number): Failure =>
  new Failure("conflict", {
    what: text(
      `change ${number} was already undone by change ${by}`,
      `変更 ${number} は変更 ${by} ですでに取り消されています`,
    ),
    hint: step(
      "to apply the change again, so that all of it can be undone",
      "変更をもう一度適用するには(適用後は、変更全体を取り消せます)",
      line("undo", [by]),
    ),
  });

export const createNotUndoableFailure = (number: number, why: Text): Failure =>
  new Failure("conflict", {
    what: text(`change ${number} cannot be undone: ${why.en}`, `変更番号 ${number} は取り消せません: ${why.ja}`),
    hint: step("to see the change", "変更の確認", line("audit show", [number])),
  });

export const WHOLE_TENANT_FAILURE = new Failure("not-permitted", {
  what: text(
    "your account cannot run imports for the whole tenant",
    "テナント全体に影響するインポートを行う権限がありません",
  ),
  hint: text("ask a system administrator", "システム管理者に依頼してください"),
});

export const createSecretsOnlyFailure = ({ number }: ConsoleTask): Failure => {
  const confirm = line("console confirm", [number]);
  return new Failure("conflict", {
    what: text(
      `task ${number} cannot be dropped: it only sets passwords or similar secrets, and the old secrets are not stored`,
      `作業 ${number} は取り下げられません。パスワードなどを設定するだけの作業で、以前の値を保存していないためです`,
    ),
    hint: text(
      `set new secrets with clomoctl, or enter the secrets in the console and then run: ${confirm}`,
      `管理画面でパスワードなどを設定してから実行してください: ${confirm}。または、clomoctl で設定し直してください`,
    ),
  });
};

export const createNotOpenFailure = (record: ImportRecord): Failure => {
  const { en, ja } = IMPORT_STATE_NAMES[getDisplayState(record)];
  return new Failure("conflict", {
    what: text(`import ${record.number} is ${en}`, `インポート ${record.number} は${ja}です`),
    hint: step("to list all imports", "インポートの一覧", line("imports list", [])),
  });
};

export const createWrongValueFailure = (name: string): Failure =>
  new Failure("usage", {
    what: text(`${name} has an invalid value`, `${name} の値が正しくありません`),
    where: `json.${name}`,
  });

export const checkImportRequest = (asked: ImportRequest): void => {
  const given = asked as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries({ ...IMPORT_KIND_FIELDS, ...IMPORT_FIELDS, ...IMPORT_LISTS } as Fields))
    for (const value of [given[name] ?? []].flat()) checkFieldValue(name, field, value);
  for (const [name, [least, most]] of Object.entries(IMPORT_LENGTHS)) {
    const { [name]: value = "-" } = given;
    if (typeof value !== "string" || value.length < least || value.length > most) throw createWrongValueFailure(name);
  }
  const { headerRow = 1 } = asked;
  if (!Number.isSafeInteger(headerRow) || headerRow < 1 || headerRow > MAX_HEADER_ROW)
    throw createWrongValueFailure("headerRow");
  if (asked.fromConsole === true && NOT_EXPORTED_KINDS.includes(asked.kind))
    throw createWrongValueFailure("fromConsole");
};
