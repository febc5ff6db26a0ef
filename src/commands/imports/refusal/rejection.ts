import { line } from "../../../lib/advice/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import { UNDELETABLE_CHOICES } from "../../../lib/model/import.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { counted, joined, same, text, type Text } from "../../../lib/text/index.ts";
import { quotedIfList } from "../../../lib/plan/describe.ts";
import { mapNameOf } from "../../csv/file/column-map.ts";
import { isWorkbookName } from "../outputs/table-file.ts";
import type { ImportRequest } from "../plan/options.ts";
import { RejectedFile, type ListedProblems } from "../plan/problems.ts";
import { errorsNameFor, importCommand, NOTHING_NEEDED } from "./command.ts";
import { nextOfExport, type OpenTask } from "./of-console.ts";
import type { NewAddress, Remedies, Remedy } from "./remedies.ts";

/** Whom a plan is rejected for. */
interface RejectedFor {
  /** the open tasks of the console, where the file is its export */
  readonly tasks?: readonly OpenTask[] | undefined;
  /** false: only part of the tenant is theirs */
  readonly isSystem?: boolean | undefined;
}

/**
 * The failure for a rejected plan with the next step: never advice that the same run would reject again.
 */
export function rejectedFile(
  plan: Import,
  requested: ImportRequest,
  problems: ListedProblems,
  rejectedFor: RejectedFor = {},
): RejectedFile {
  const { all, whole } = problems;
  const { errors, invalid } = plan;
  const reason = isHidden(requested, whole) ? hidden(plan) : same("");
  const rows = invalid === 0 ? same("") : text(`, ${counted(invalid, "invalid row")}`, `、不正な行が ${invalid} 行`);
  const what = text(
    `${counted(errors, "problem")}${rows.en}${reason.en}; nothing was changed`,
    `問題が ${errors} 件${rows.ja}あります${reason.ja}。何も変更していません`,
  );
  return new RejectedFile(
    {
      what,
      where: requested.file === "-" ? "stdin" : requested.file,
      hint: nextStep(plan, requested, problems, rejectedFor),
    },
    all,
  );
}

/** Rows are skipped, and yet the plan is rejected. @see docs/decisions/007 */
const isHidden = ({ options }: ImportRequest, whole: string | undefined): boolean =>
  options.skipInvalid && whole === undefined;

const hidden = (plan: Import): Text =>
  text(
    `; ${counted(plan.delete, "record")} would be deleted, but an invalid row may stand for one of them`,
    `。${plan.delete} 件が削除の対象ですが、不正な行がそのどれかを指している可能性があります`,
  );

function nextStep(
  plan: Import,
  requested: ImportRequest,
  { whole, remedies: found }: ListedProblems,
  { tasks = [], isSystem = true }: RejectedFor,
): Text {
  const isExport = requested.options.fromConsole;
  const isPeople = whole === undefined || whole === "delete-held";
  const people = isPeople && plan.foreign === undefined ? aboutPeople(requested, found) : undefined;
  const isAlone = people !== undefined && (whole !== undefined || !(found.other || found.any));
  const next =
    isExport && !found.map && !isAlone ? nextOfExport(requested, { remedies: found, whole, tasks }, people) : undefined;
  if (next !== undefined) return next;
  if (people !== undefined) return isAlone ? people : joined([othersFirst(isExport), people], text("; ", "。"));
  const remedies = isExport ? found.withoutOrgs() : found;
  if (whole !== undefined) return fixWhole(requested, whole, remedies, isSystem);
  if (!requested.options.fromConsole && deletesMost(plan)) return makeSure(plan, requested);
  if (isHidden(requested, whole)) {
    const command = importCommand(requested, remedies);
    return text(
      `fix these rows and import the whole file again: ${command}; --mode append deletes nothing`,
      `該当の行を直し、ファイル全体を再度インポートしてください: ${command}。--mode append なら何も削除しません`,
    );
  }
  if (remedies.map) return fixHeader(requested, remedies);
  const { mode, errors, fromConsole } = requested.options;
  if (errors !== undefined && mode === "append" && !fromConsole && (remedies.other || !remedies.any))
    return mendErrors(plan, { ...requested, file: errors }, remedies);
  if (!remedies.any) return fixRows(requested);
  const command = importCommand(requested, remedies);
  const spelling = aboutSpelling(remedies);
  if (!remedies.other) {
    return spelling === undefined
      ? text(`import it so: ${command}`, `次のように実行してください: ${command}`)
      : text(`${spelling.en}: ${command}`, `${spelling.ja}: ${command}`);
  }
  const { en, ja } = othersOf(plan, requested, remedies);
  return spelling === undefined
    ? text(`fix the other problems, then: ${command}${en}`, `ほかの問題を直してから: ${command}${ja}`)
    : text(
        `fix the other problems; ${spelling.en}: ${command}${en}`,
        `ほかの問題を直してください。${spelling.ja}: ${command}${ja}`,
      );
}

/** The same file, of whose records none is deleted: no answer about deletions holds for that. */
const appending = (requested: ImportRequest): ImportRequest => {
  const none = { mode: "append", fromConsole: false, confirmDeletions: undefined, maxDeletions: undefined } as const;
  return { ...requested, undeletable: undefined, options: { ...requested.options, ...none } };
};

/** More than half of the records would go, of a tenant that is perhaps not the one that was meant. */
const deletesMost = (plan: Import): boolean => plan.mode === "replace" && plan.delete * 2 > plan.recordsBefore;

function makeSure({ tenant, recordsBefore: all, delete: deletions }: Import, requested: ImportRequest): Text {
  const command = importCommand(appending(requested), NOTHING_NEEDED);
  return text(
    `first make sure that tenant and file are meant: ${deletions} of the ${all} records of ${tenant} are not in the file and would be deleted; this deletes nothing: ${command}`,
    `まずテナントとファイルが正しいか確かめてください。${tenant} の ${all} 件のうち ${deletions} 件がファイルになく、削除の対象です。何も削除しない場合: ${command}`,
  );
}

/** The same import, permitted to give people keys of others. */
const permittingAddresses = (requested: ImportRequest): string => {
  const { allow = [] } = requested.options;
  const options = { ...requested.options, allow: [...allow, "new-address" as const] };
  return importCommand({ ...requested, options }, NOTHING_NEEDED);
};

/** An export is not edited. */
const othersFirst = (isExport: boolean): Text =>
  isExport
    ? text(
        "correct the other records in the console and export them anew",
        "ほかの問題は管理画面で直し、もう一度エクスポートしてください",
      )
    : text("fix the other problems", "ほかの問題を直してください");

/** Returns what leads on if rows are of people whom the tenant may have by another key; undefined if none is. */
function aboutPeople(requested: ImportRequest, { mixed, newAddresses }: Remedies): Text | undefined {
  if (mixed) return sortAnew(requested);
  return newAddresses.length === 0 ? undefined : keepPeople(requested, newAddresses);
}

/** Rows with cells of several people: nothing but the list itself tells what is right. */
function sortAnew(requested: ImportRequest): Text {
  const [again, permitting] = [importCommand(requested, NOTHING_NEEDED), permittingAddresses(requested)];
  return text(
    `make sure that each row has the cells of one person, then: ${again}; if the rows are right: ${permitting}`,
    `各行が 1 人のデータになっているか確かめ、直してから: ${again}。行が正しければ: ${permitting}`,
  );
}

/** People who would be deleted and created anew, because the file has them by another mail address. */
function keepPeople(requested: ImportRequest, people: readonly NewAddress[]): Text {
  const [keep, anew] = [keepingPeople(requested, people), permittingAddresses(requested)];
  return text(
    `if they are the same people: ${keep}; if they are others: ${anew}`,
    `同じ人なら: ${keep}。別の人なら: ${anew}`,
  );
}

/** Returns what to type if people have a new mail address: the import by another key, or an edit of each of the first. */
export function keepingPeople(requested: ImportRequest, people: readonly NewAddress[]): string {
  const [first] = people;
  if (first?.by !== undefined && people.every(({ by }) => by === first.by)) {
    // it deletes another number
    const options = { ...requested.options, confirmDeletions: undefined };
    return importCommand({ ...requested, key: first.by, options }, NOTHING_NEEDED);
  }
  const edits = people.slice(0, MAX_EDITS).map(({ user, key, to: [main = "", ...more] }) => {
    if (key === "employee-code") return line("users edit", [user], { employeeCode: main });
    return key === "upn"
      ? line("users edit", [user], { upn: main })
      : line("users edit", [user], { email: [main, ...more] });
  });
  return [...edits, ...(people.length > MAX_EDITS ? ["…"] : [])].join("; ");
}
const MAX_EDITS = 3;

/** Names that the tenant lacks are new, or misspelt. */
function aboutSpelling({ createOrgs, createGroups, likenesses }: Remedies): Text | undefined {
  if (!createOrgs && !createGroups) return undefined;
  if (likenesses.length === 0) return text("if the new names are spelt right", "新しい名前の綴りが正しければ");
  const named = likenesses.slice(0, MAX_LIKENESSES).map(({ name, near }) => [quotedIfList(name), quotedIfList(near)]);
  const more = likenesses.length > MAX_LIKENESSES ? ", …" : "";
  const en = named.map(([name, near]) => `${name}: ${near}?`).join(", ");
  const ja = named.map(([name, near]) => `${name} は ${near}?`).join("、");
  return text(
    `check the spelling (${en}${more}); if it is right`,
    `綴りを確かめてください(${ja}${more})。綴りが正しければ`,
  );
}
const MAX_LIKENESSES = 3;

/** The same command, with a file for the invalid rows. */
const withErrors = (requested: ImportRequest, remedies: Remedy): string => {
  const errors = errorsNameFor(requested);
  return importCommand({ ...requested, options: { ...requested.options, errors } }, remedies);
};

/** What can be done with the rows that are invalid. */
function othersOf({ rows, invalid }: Import, requested: ImportRequest, remedies: Remedy): Text {
  const { errors, mode, emitCsv, fromConsole } = requested.options;
  if (fromConsole || errors !== undefined || rows === invalid) return same("");
  const command = withErrors(requested, remedies);
  return emitCsv !== undefined && mode === "replace"
    ? text(` (to write the invalid rows: ${command})`, `(不正な行を書き出すには: ${command})`)
    : text(
        ` (to write the invalid rows: ${command}; --skip-invalid commits the others)`,
        `(不正な行を書き出すには: ${command}。--skip-invalid を付ければ残りの行だけを確定できます)`,
      );
}

/** Where no option helps. */
function fixRows(requested: ImportRequest): Text {
  const { errors, mode, emitCsv, fromConsole } = requested.options;
  if (fromConsole) {
    const again = importCommand(requested, NOTHING_NEEDED);
    return text(
      `correct these records in the console, export them anew, and then: ${again}`,
      `管理画面で該当するデータを直し、もう一度エクスポートしてから: ${again}`,
    );
  }
  if (errors !== undefined) {
    return text(
      `fix the rows of ${errors} in the original file: --mode replace deletes what is missing from the file`,
      `${errors} の行を元のファイルで直してください(--mode replace はファイルにないものを削除します)`,
    );
  }
  const [again, toWrite] = [importCommand(requested, NOTHING_NEEDED), withErrors(requested, NOTHING_NEEDED)];
  if (emitCsv !== undefined && mode === "replace") {
    return text(
      `fix them and import again: ${again} (to write the invalid rows: ${toWrite})`,
      `直して再度インポートしてください: ${again}(不正な行を書き出すには: ${toWrite})`,
    );
  }
  return text(
    `fix them and import again: ${again} (to write the invalid rows: ${toWrite}; --skip-invalid commits the others)`,
    `直して再度インポートしてください: ${again}(不正な行を書き出すには: ${toWrite}。--skip-invalid を付ければ残りの行だけを確定できます)`,
  );
}

/** @param mended the same import, of the file with the invalid rows */
function mendErrors({ rows, invalid }: Import, mended: ImportRequest, remedies: Remedies): Text {
  const { file, options } = mended;
  // it is no sheet of the workbook that was given, and a workbook has no encoding
  const encoding = isWorkbookName(file) ? "auto" : options.encoding;
  const form = { ...options, encoding, sheet: undefined, errors: undefined, skipInvalid: false };
  const command = importCommand({ ...mended, options: form }, remedies);
  const valid = rows - invalid;
  if (valid === 0) return text(`fix ${file}, then: ${command}`, `${file} を直してから: ${command}`);
  const en = `${file} has the invalid rows only; the valid ones (${valid}) are not imported either: mend the original file and import that`;
  const ja = `${file} にあるのは不正な行だけです。残りの ${valid} 行もまだ登録されていません。元のファイルを直して再度インポート`;
  // its upload would supersede that of the valid rows
  if (options.emitCsv !== undefined) return text(en, `${ja}してください`);
  return text(
    `${en}, or commit them by --skip-invalid, fix ${file}, and then: ${command}`,
    `${ja}するか、--skip-invalid で残りを登録し、${file} を直してから: ${command}`,
  );
}

/** Problems of records that the file lacks. */
const DELETIONS: ReadonlySet<string> = new Set([
  "administrator-delete",
  "delete-held",
  "org-delete-holds",
  "org-delete-reserved",
]);

function fixWhole(requested: ImportRequest, code: string, remedies: Remedies, isSystem: boolean): Text {
  if (code === "file-empty" || code === "file-no-rows") {
    const template = templateOf(requested);
    return text(
      `the file needs a header row and data rows: ${template}`,
      `ヘッダー行とデータ行が必要です: ${template}`,
    );
  }
  if (DELETIONS.has(code)) {
    return keepUndeletable(requested, remedies, isSystem);
  }
  if (code === "column-blank") {
    const command = importCommand({ ...requested, options: { ...requested.options, blank: "keep" } }, remedies);
    return text(
      `leave the column out of the file, or say what its blank cells mean: --blank clear or --blank keep: ${command}`,
      `その列をファイルから除くか、空のセルの扱いを --blank clear か --blank keep で指定してください: ${command}`,
    );
  }
  return fixHeader(requested, remedies);
}

/**
 * How a file is taken that lacks what cannot be deleted: then another number of records is deleted.
 *
 * @param isSystem of devices without an owner nobody else may make some
 */
function keepUndeletable(requested: ImportRequest, remedies: Remedies, isSystem: boolean): Text {
  const options = { ...requested.options, confirmDeletions: undefined };
  const [keep, release] = UNDELETABLE_CHOICES.map((undeletable) =>
    importCommand({ ...requested, undeletable, options }, remedies),
  );
  // no import takes devices from an organisation
  const mayRelease = isSystem && requested.kind === "users";
  const [en, ja] = mayRelease
    ? [`; to also remove the owner from devices: ${release}`, `。デバイスの所有者も外すには: ${release}`]
    : ["", ""];
  return text(
    `to keep them and commit the rest: ${keep}${en}; --mode append deletes nothing`,
    `残したままほかを適用するには: ${keep}${ja}。--mode append なら何も削除しません`,
  );
}

const templateOf = ({ kind }: ImportRequest): string => line("csv template", [], { as: kind });

/** Proposes a map, or to complete the one that was given, and the command that then imports the file. */
function fixHeader(requested: ImportRequest, remedies: Remedies): Text {
  const { kind, file, options } = requested;
  const { fix, createOrgs, createGroups, other } = remedies;
  const { map: given, sheet, encoding } = options;
  const mapping = line("csv map", [file === "-" ? "FILE" : file], {
    as: kind,
    sheet,
    encoding: encoding === "auto" ? undefined : encoding,
    output: mapNameOf(file),
  });
  const maps =
    given === undefined
      ? text(`map its columns: ${mapping}`, `対応表を作ってください: ${mapping}`)
      : text(`add the columns to ${given}`, `列を ${given} に加えてください`);
  const command = importCommand(requested, { fix, createOrgs, createGroups, map: true });
  const spelling = remedies.likenesses.length === 0 ? undefined : aboutSpelling(remedies);
  const after = other ? text("; fix the other problems, then", "。ほかの問題も直してから") : text("; then", "。続けて");
  const then = spelling === undefined ? after : text(`${after.en} ${spelling.en}`, `${after.ja}、${spelling.ja}`);
  const { en, ja } = addFields(requested, remedies);
  return text(
    `${en}fix the header row (${templateOf(requested)}), or ${maps.en}${then.en}: ${command}`,
    `${ja}ヘッダー行を直すか(列の一覧: ${templateOf(requested)})、${maps.ja}${then.ja}: ${command}`,
  );
}

/** Of the console's own export, whose headers nobody typed: what it has may be custom fields that the tenant lacks. */
function addFields(requested: ImportRequest, { fix, createOrgs, createGroups, headers, other }: Remedies): Text {
  const { kind, options } = requested;
  if (!options.fromConsole || options.map !== undefined || !FORMATS[kind].custom || headers.length === 0)
    return same("");
  const adding = headers.slice(0, MAX_FIELDS).map((name) => line("users fields add", [name]));
  const all = [...adding, ...(headers.length > MAX_FIELDS ? ["…"] : [])].join("; ");
  const then = importCommand(requested, { fix, createOrgs, createGroups, map: false });
  const after = other ? text("; fix the other problems, then", "。ほかの問題も直してから") : text("; then", "。続けて");
  return text(
    `if the console has this as custom fields: ${all}${after.en}: ${then}; else `,
    `管理画面のカスタムユーザー情報の項目なら: ${all}${after.ja}: ${then}。そうでなければ、`,
  );
}
const MAX_FIELDS = 3;
