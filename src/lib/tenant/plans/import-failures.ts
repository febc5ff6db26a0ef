import { line, step, type CommandLine } from "../../advice/index.ts";
import type { ConsoleTask } from "../console/tasks.ts";
import { Failure } from "../../errors/index.ts";
import { IMPORT_STATE_NAMES } from "../../model/import.ts";
import { formatCount, text, type Text } from "../../text/index.ts";
import type { Reader } from "../store/store.ts";
import { COMMITTED_STATES, listImports, getDisplayState, type ImportRecord } from "./import-rows.ts";

/** The last part of a refusal's message. */
export const NOTHING_CHANGED_SUFFIX = text("; nothing was changed", "。何も変更していません");

const buildShowCommand = ({ number }: Pick<ImportRecord, "number">): CommandLine => line("imports show", [number]);

export const createImportHint = (record: Pick<ImportRecord, "number">): Text =>
  text(`to see the import: ${buildShowCommand(record)}`, `インポートの確認: ${buildShowCommand(record)}`);

export const createRejectedImportFailure = (record: ImportRecord): Failure =>
  new Failure("input-rejected", {
    what: text(
      `import ${record.number} has invalid rows; nothing was changed`,
      `インポート ${record.number} に不正な行があるため、何も変更していません`,
    ),
    hint: text(`to see the invalid rows: ${buildShowCommand(record)}`, `不正な行の確認: ${buildShowCommand(record)}`),
  });

export const createNoPlanFailure = (record: ImportRecord): Failure => {
  const state = getDisplayState(record);
  const { en, ja } = IMPORT_STATE_NAMES[state];
  const { number } = record;
  return new Failure("conflict", {
    what:
      state === "discarded"
        ? text(
            `the plan of import ${number} was not kept (it was a dry run, or was not applied)`,
            `インポート ${number} の計画は残していません(確認のみか、適用しなかったため)`,
          )
        : text(
            `import ${number} is ${en}, so it does not have an open plan`,
            `インポート ${number} は${ja}で、有効な計画がありません`,
          ),
    hint: describePlanAlternative(record),
  });
};

const describePlanAlternative = (record: ImportRecord): Text => {
  const { number, state, detail } = record;
  if (COMMITTED_STATES.includes(state)) {
    const rows = line("imports show", [number], { rows: true });
    return text(`to see the changes that the import made: ${rows}`, `インポートによる変更の確認: ${rows}`);
  }
  return detail.request?.mode === "delete"
    ? text(
        "start the deletion again, with the names of the records or with filters",
        "名前か絞り込み条件を指定して、削除からやり直してください",
      )
    : text(
        "import the file again; --keep-plan keeps its plan",
        "ファイルをもう一度インポートしてください(計画を残すには --keep-plan)",
      );
};

export const createTenantChangedFailure = (): Failure =>
  new Failure("conflict", {
    what: text(
      "the tenant has changed since the plan was made, and the plan would now do something else",
      "計画を作った後にテナントが変更され、計画の内容が変わりました",
    ),
    hint: text("import the file again", "ファイルをもう一度インポートしてください"),
  });
/**
 * Returns the failure for undoing a change twice. If the first undo skipped records, the hint explains how to undo the
 * whole change.
 *
 * @param by number of the first undo
 */
export const createAlreadyUndoneFailure = async (reader: Reader, number: number, by: number): Promise<Failure> => {
  const undo = (await listImports(reader)).find(({ change }) => change === by);
  const { counts, skipBlocked } = undo?.detail ?? {};
  const left = skipBlocked === true ? (counts?.blocked?.count ?? 0) : 0;
  const again = line("undo", [by]);
  const whole = line("undo", [number]);
  const but = text(`, except for ${formatCount(left, "record")}`, `(取り消せなかった ${left} 件を除く)`);
  const what = text(
    `change ${number} was already undone by change ${by}`,
    `変更 ${number} は変更 ${by} ですでに取り消されています`,
  );
  return new Failure(
    "conflict",
    left === 0
      ? { what, hint: step("to apply the change again", "変更をもう一度適用するには", again) }
      : {
          what: text(`${what.en}${but.en}`, `${what.ja}${but.ja}`),
          hint: text(
            `to undo the whole change: ${again}, then ${whole}`,
            `すべて取り消すには、この順に: ${again}、${whole}`,
          ),
        },
  );
};

export const createStaleUndoFailure = ({ detail: { undoes, drops } }: ImportRecord): Failure =>
  new Failure("conflict", {
    what:
      drops === undefined
        ? text(
            `records of change ${undoes} have changed since the undo was shown, so nothing was undone`,
            `確認の表示後に変更 ${undoes} のデータが変更されたため、何も取り消していません`,
          )
        : text(
            `records were changed after the effect of dropping task ${drops.join(", ")} was shown, so nothing was dropped`,
            `作業 ${drops.join("、")} を取り下げる確認の表示後に変更があったため、何も変更していません`,
          ),
    hint: text(
      "check the current state, then run the command again",
      "現在の内容を確認してから、もう一度実行してください",
    ),
  });

export const createNotUndoableFailure = (number: number, why: Text): Failure =>
  new Failure("conflict", {
    what: text(`change ${number} cannot be undone: ${why.en}`, `変更 ${number} は取り消せません: ${why.ja}`),
    hint: step("to see the change", "変更の確認", line("audit show", [number])),
  });

export const UPLOAD_DELETION_FAILURE = new Failure("input-rejected", {
  what: text(
    "an upload file cannot delete records that were specified by name",
    "アップロード用ファイルでは、名前で指定したデータを削除できません",
  ),
  hint: text(
    "commit the deletion, then delete the records in the console as described by `console show`",
    "削除を適用してから、console show に表示される手順で管理画面でも削除してください",
  ),
});

interface WholeTenantRefusal {
  readonly why: Text;
  readonly hint: Text;
}

const SYSTEM_ADMINISTRATOR_HINT = text("ask a system administrator", "システム管理者に依頼してください");

export const CONSOLE_IMPORT_REFUSAL: WholeTenantRefusal = {
  why: text(
    "importing an export of the console affects the whole tenant",
    "管理画面のエクスポートの取り込みは、テナント全体に影響します",
  ),
  hint: SYSTEM_ADMINISTRATOR_HINT,
};

export const CREATE_ORGS_REFUSAL: WholeTenantRefusal = {
  why: text(
    "--create-orgs creates organisations directly below 全社, which is outside the organisations that you manage",
    "--create-orgs は「全社」の直下に組織を作成しますが、そこは管理対象組織の外です",
  ),
  hint: text(
    `omit --create-orgs if all organisations already exist; to create an organisation below an organisation that you manage: ${line("orgs create", ["NAME"], { parent: "ORG", code: "CODE" })}; to create an organisation elsewhere, ask a system administrator`,
    `組織がすべてあれば --create-orgs は不要です。管理対象組織の下に作るには: ${line("orgs create", ["NAME"], { parent: "ORG", code: "CODE" })}。それ以外の場所に作るには、システム管理者に依頼してください`,
  ),
};

export const RELEASE_REFUSAL: WholeTenantRefusal = {
  why: text(
    "--undeletable release leaves devices without an owner, and such devices do not belong to the organisations that you manage",
    "--undeletable release で所有者を外すと、デバイスが管理対象組織に属さなくなります",
  ),
  hint: text(
    "specify --undeletable keep, or ask a system administrator",
    "--undeletable keep を指定するか、システム管理者に依頼してください",
  ),
};

export const FULL_UPLOAD_REFUSAL: WholeTenantRefusal = {
  why: text(
    "an upload with 全件更新 deletes everything in the console that is not in the file, so only system administrators can create such a file",
    "全件更新のアップロードは、ファイルにないものを管理画面からすべて削除します。このファイルを作成できるのはシステム管理者だけです",
  ),
  hint: SYSTEM_ADMINISTRATOR_HINT,
};

export const createSecretsOnlyFailure = ({ number }: ConsoleTask): Failure => {
  const confirm = line("console confirm", [number]);
  return new Failure("conflict", {
    what: text(
      `task ${number} cannot be dropped: it only sets passwords or similar secrets, and the former secrets are not stored`,
      `作業 ${number} は取り下げられません。パスワードなどを設定するだけの作業で、以前の値を保存していないためです`,
    ),
    hint: text(
      `enter the secrets in the console, then run: ${confirm}; or set the secrets again`,
      `管理画面で設定してから実行してください: ${confirm}。または、もう一度設定してください`,
    ),
  });
};

export const createWholeTenantFailure = ({ why, hint }: WholeTenantRefusal): Failure =>
  new Failure("not-permitted", { what: why, hint });

export const createNotOpenFailure = (record: ImportRecord): Failure => {
  const { en, ja } = IMPORT_STATE_NAMES[getDisplayState(record)];
  return new Failure("conflict", {
    what: text(`import ${record.number} is ${en}`, `インポート ${record.number} は${ja}です`),
    hint: step("to list all imports", "インポートの一覧", line("imports list", [])),
  });
};
