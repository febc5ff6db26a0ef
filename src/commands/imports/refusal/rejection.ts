import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import { UNDELETABLE_CHOICES, type Allowance } from "../../../lib/model/import.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { headerRowOf, quoteListItem } from "../../../lib/plan/describe.ts";
import { proposeMapName } from "../../csv/file/column-map.ts";
import { isWorkbookName } from "../outputs/table-file.ts";
import type { ImportRequest } from "../plan/options.ts";
import { NOTHING_CHANGED } from "../plan/pending-plan.ts";
import { RejectedFileFailure, type ListedProblems } from "../plan/problems.ts";
import { suggestErrorsFileName, buildImportCommand, NO_REMEDY } from "./command.ts";
import { describeNextExportStep, type OpenTask } from "./of-console.ts";
import type { NewAddress, Remedies, Remedy } from "./remedies.ts";

/** Further facts on which the advice on a rejected import depends. */
export interface RejectionFacts {
  /** the open tasks for the console, if the file is its export */
  readonly tasks?: readonly OpenTask[] | undefined;
  /** false if the account manages only part of the tenant */
  readonly isSystem?: boolean | undefined;
  /** the state of the tenant; default: nothing was changed */
  readonly unchanged?: Text | undefined;
  /** the file of the context's map with which the file was read, and the import without it */
  readonly listMap?: { readonly file: string; readonly without: CommandLine } | undefined;
}

/**
 * Returns the failure for a rejected plan, with the next step. The step is never a command that would be rejected
 * again.
 */
export function createRejection(
  plan: Import,
  requested: ImportRequest,
  problems: ListedProblems,
  rejectedFor: RejectionFacts = {},
): RejectedFileFailure {
  const { all, whole } = problems;
  const { errors, invalid } = plan;
  const { unchanged = NOTHING_CHANGED } = rejectedFor;
  const reason = isRejectedDespiteSkipping(requested, whole) ? describeUncertainDeletions(plan) : same("");
  const rows =
    invalid === 0 ? same("") : text(`, ${formatCount(invalid, "invalid row")}`, `、不正な行が ${invalid} 行`);
  const what = text(
    `${formatCount(errors, "problem")}${rows.en}${reason.en}; ${unchanged.en}`,
    `問題が ${errors} 件${rows.ja}あります${reason.ja}。${unchanged.ja}`,
  );
  return new RejectedFileFailure(
    {
      what,
      where: requested.file === "-" ? "stdin" : requested.file,
      hint: addMapHint(describeNextStep(plan, requested, problems, rejectedFor), problems, rejectedFor),
    },
    all,
  );
}

/** Adds how to import the file without the context's map, if the map may be why it was rejected. */
function addMapHint(next: Text, { remedies }: ListedProblems, { listMap }: RejectionFacts): Text {
  if (listMap === undefined || !(remedies.map || remedies.other)) return next;
  const { file, without } = listMap;
  return text(
    `${next.en}; the file was read with the map ${file} of the context; without it: ${without}`,
    `${next.ja}。ファイルはコンテキストの対応表 ${file} で読み込みました。使わない場合: ${without}`,
  );
}

/** Returns true if a plan is rejected although its invalid rows are skipped. @see docs/decisions/007 */
const isRejectedDespiteSkipping = ({ options }: ImportRequest, whole: string | undefined): boolean =>
  options.skipInvalid && whole === undefined;

/** Problems with people who would be deleted, which the file may rather have under a new key. */
const KEPT_PEOPLE_PROBLEMS: ReadonlySet<string> = new Set(["administrator-delete", "delete-held"]);

const describeUncertainDeletions = (plan: Import): Text =>
  text(
    `; ${formatCount(plan.delete, "record")} would be deleted, but an invalid row may belong to one of them`,
    `。${plan.delete} 件が削除の対象ですが、不正な行がそのどれかを指している可能性があります`,
  );

function describeNextStep(
  plan: Import,
  requested: ImportRequest,
  { whole, remedies: found }: ListedProblems,
  { tasks = [], isSystem = true, listMap }: RejectionFacts,
): Text {
  const isExport = requested.options.fromConsole;
  const isPeople = whole === undefined || KEPT_PEOPLE_PROBLEMS.has(whole);
  const people = isPeople && plan.foreign === undefined ? describePeopleStep(requested, found) : undefined;
  const isAlone = people !== undefined && (whole !== undefined || !(found.other || found.any));
  const next =
    isExport && !found.map && !isAlone
      ? describeNextExportStep(requested, { remedies: found, whole, tasks }, people)
      : undefined;
  if (next !== undefined) return next;
  if (people !== undefined)
    return isAlone ? people : joinTexts([describeOtherFixes(isExport), people], text("; ", "。"));
  const remedies = isExport ? found.withoutOrgs() : found;
  if (whole !== undefined) return describeFileFix(requested, whole, remedies, { isSystem, mapFile: listMap?.file });
  if (!requested.options.fromConsole && deletesMostRecords(plan)) return describeTenantCheck(plan, requested);
  if (isRejectedDespiteSkipping(requested, whole)) {
    const command = buildImportCommand(requested, remedies);
    return text(
      `fix these rows and import the whole file again: ${command}; --mode append deletes nothing`,
      `該当の行を直し、ファイル全体を再度インポートしてください: ${command}。--mode append なら何も削除しません`,
    );
  }
  if (remedies.map) return describeHeaderFix(requested, remedies, listMap?.file);
  const { mode, errors, fromConsole } = requested.options;
  if (errors !== undefined && mode === "append" && !fromConsole && (remedies.other || !remedies.any))
    return describeErrorsFileFix(plan, { ...requested, file: errors }, remedies);
  if (!remedies.any) return describeRowFixes(requested, remedies);
  const command = buildImportCommand(requested, remedies);
  const spelling = describeSpelling(remedies);
  if (!remedies.other) {
    return spelling === undefined
      ? text(`run: ${command}`, `次のように実行してください: ${command}`)
      : text(`${spelling.en}: ${command}`, `${spelling.ja}: ${command}`);
  }
  const { en, ja } = describeInvalidRows(plan, requested, remedies);
  return spelling === undefined
    ? text(`fix the other problems, then: ${command}${en}`, `ほかの問題を直してから: ${command}${ja}`)
    : text(
        `fix the other problems; ${spelling.en}: ${command}${en}`,
        `ほかの問題を直してください。${spelling.ja}: ${command}${ja}`,
      );
}

/** Returns the request in append mode, which deletes nothing, and so without the options about deletions. */
const toAppendRequest = (requested: ImportRequest): ImportRequest => {
  const none = { mode: "append", fromConsole: false, confirmDeletions: undefined, maxDeletions: undefined } as const;
  return { ...requested, undeletable: undefined, options: { ...requested.options, ...none } };
};

/** Returns true if more than half of the records would be deleted. The tenant may then be the wrong one. */
const deletesMostRecords = (plan: Import): boolean => plan.mode === "replace" && plan.delete * 2 > plan.recordsBefore;

function describeTenantCheck(
  { tenant, recordsBefore: all, delete: deletions }: Import,
  requested: ImportRequest,
): Text {
  const command = buildImportCommand(toAppendRequest(requested), NO_REMEDY);
  return text(
    `first make sure that the tenant and the file are right: ${deletions} of the ${all} records of ${tenant} are not in the file and would be deleted; to import without deleting anything: ${command}`,
    `まずテナントとファイルが正しいか確かめてください。${tenant} の ${all} 件のうち ${deletions} 件がファイルになく、削除の対象です。何も削除しない場合: ${command}`,
  );
}

/** Returns the same import without one of its checks, such as the check for people with the keys of others. */
const buildAllowingCommand = (
  requested: ImportRequest,
  check: Allowance,
  remedies: Remedy = NO_REMEDY,
): CommandLine => {
  const { allow = [] } = requested.options;
  const options = { ...requested.options, allow: [...allow, check] };
  return buildImportCommand({ ...requested, options }, remedies);
};

/** Returns the advice on the other problems. An export is never edited. */
const describeOtherFixes = (isExport: boolean): Text =>
  isExport
    ? text(
        "correct the other records in the console and export again",
        "ほかの問題は管理画面で直し、もう一度エクスポートしてください",
      )
    : text("fix the other problems", "ほかの問題を直してください");

/**
 * Returns the next step if rows seem to belong to people whom the tenant has under another key; otherwise undefined.
 */
function describePeopleStep(requested: ImportRequest, { mixed, newAddresses }: Remedies): Text | undefined {
  if (mixed) return describeMixedRows(requested);
  return newAddresses.length === 0 ? undefined : describeAddressChanges(requested, newAddresses);
}

/**
 * Returns the next step for rows that mix the data of several people. Only the original list shows which data belongs
 * together.
 */
function describeMixedRows(requested: ImportRequest): Text {
  const [again, permitting] = [
    buildImportCommand(requested, NO_REMEDY),
    buildAllowingCommand(requested, "new-address"),
  ];
  return text(
    `make sure that each row has the data of only one person, then: ${again}; if the rows are already right: ${permitting}`,
    `各行が 1 人のデータになっているか確かめ、必要なら直してから: ${again}。行が正しければ: ${permitting}`,
  );
}

/** Returns the next step for people who would be deleted and created again because of a different email address. */
function describeAddressChanges(requested: ImportRequest, people: readonly NewAddress[]): Text {
  const [keep, anew] = [buildAddressCommands(requested, people), buildAllowingCommand(requested, "new-address")];
  return text(
    `if the people are the same: ${keep}; if they are different people: ${anew}`,
    `同じ人なら: ${keep}。別の人なら: ${anew}`,
  );
}

/** Returns what to type for new email addresses: the import with another key, or edits of the first few people. */
export function buildAddressCommands(requested: ImportRequest, people: readonly NewAddress[]): CommandLine | string {
  const [first] = people;
  if (first?.by !== undefined && people.every(({ by }) => by === first.by)) {
    // with another key, the number of deletions differs
    const options = { ...requested.options, confirmDeletions: undefined };
    return buildImportCommand({ ...requested, key: first.by, options }, NO_REMEDY);
  }
  const edits = people.slice(0, MAX_SUGGESTED_EDITS).map(({ user, key, to: [main = "", ...more] }) => {
    if (key === "employee-code") return line("users edit", [user], { employeeCode: main });
    return key === "upn"
      ? line("users edit", [user], { upn: main })
      : line("users edit", [user], { email: [main, ...more] });
  });
  return [...edits, ...(people.length > MAX_SUGGESTED_EDITS ? ["…"] : [])].join("; ");
}
const MAX_SUGGESTED_EDITS = 3;

/**
 * Returns the condition under which unknown names should be created: that they are spelt correctly. Returns undefined
 * if
 * there are no unknown names.
 */
function describeSpelling({ createOrgs, createGroups, likenesses }: Remedies): Text | undefined {
  if (!createOrgs && !createGroups) return undefined;
  if (likenesses.length === 0) return text("if the new names are spelt correctly", "新しい名前に誤りがなければ");
  const named = likenesses.slice(0, MAX_LIKENESSES).map(({ name, near }) => [quoteListItem(name), quoteListItem(near)]);
  const more = likenesses.length > MAX_LIKENESSES ? ", …" : "";
  const en = named.map(([name, near]) => `${name}: ${near}?`).join(", ");
  const ja = named.map(([name, near]) => `${name} は ${near}?`).join("、");
  return text(
    `check the spelling (${en}${more}); if it is correct`,
    `名前に誤りがないか確かめてください(${ja}${more})。誤りがなければ`,
  );
}
const MAX_LIKENESSES = 3;

/** Returns the same command with a file for the invalid rows. */
const buildErrorsCommand = (requested: ImportRequest, remedies: Remedy): CommandLine => {
  const errors = suggestErrorsFileName(requested);
  return buildImportCommand({ ...requested, options: { ...requested.options, errors } }, remedies);
};

/** Describes what can be done with the invalid rows. */
function describeInvalidRows({ rows, invalid }: Import, requested: ImportRequest, remedies: Remedy): Text {
  const { errors, mode, emitCsv, fromConsole } = requested.options;
  if (fromConsole || errors !== undefined || rows === invalid) return same("");
  const command = buildErrorsCommand(requested, remedies);
  return emitCsv !== undefined && mode === "replace"
    ? text(` (to write the invalid rows: ${command})`, `(不正な行を書き出すには: ${command})`)
    : text(
        ` (to write the invalid rows: ${command}; --skip-invalid commits the valid rows)`,
        `(不正な行を書き出すには: ${command}。--skip-invalid を付ければ残りの行だけを適用できます)`,
      );
}

/** Returns the next step if no option helps: correct the rows. */
function describeRowFixes(requested: ImportRequest, { lacksOrgs }: Remedies): Text {
  const { errors, mode, emitCsv, fromConsole } = requested.options;
  if (fromConsole) {
    const again = buildImportCommand(requested, NO_REMEDY);
    return text(
      `correct these records in the console, export again, then: ${again}`,
      `管理画面で該当するデータを直し、もう一度エクスポートしてから: ${again}`,
    );
  }
  if (errors !== undefined) {
    return text(
      `fix the rows listed in ${errors} in the original file, because --mode replace deletes what is missing from the file`,
      `${errors} にある行を、元のファイルで直してください(--mode replace はファイルにないものを削除します)`,
    );
  }
  const [again, toWrite] = [buildImportCommand(requested, NO_REMEDY), buildErrorsCommand(requested, NO_REMEDY)];
  if (emitCsv !== undefined && mode === "replace") {
    return text(
      `fix the rows and import again: ${again} (to write the invalid rows: ${toWrite})`,
      `行を直して再度インポートしてください: ${again}(不正な行を書き出すには: ${toWrite})`,
    );
  }
  const orgs = line("orgs import", ["FILE"]);
  const [first, firstJa] = lacksOrgs
    ? [`import the organisations first (${orgs}) or `, `先に組織をインポートするか(${orgs})、`]
    : ["", ""];
  return text(
    `${first}fix the rows and import again: ${again} (to write the invalid rows: ${toWrite}; --skip-invalid commits the valid rows)`,
    `${firstJa}行を直して再度インポートしてください: ${again}(不正な行を書き出すには: ${toWrite}。--skip-invalid を付ければ残りの行だけを適用できます)`,
  );
}

/** Returns the next step if the invalid rows were written to a file.  @param mended the import of that file */
function describeErrorsFileFix(plan: Import, mended: ImportRequest, remedies: Remedies): Text {
  const { file, options } = mended;
  // the file of invalid rows lacks the sheets of the original workbook, and a workbook does not have an encoding
  const encoding = isWorkbookName(file) ? "auto" : options.encoding;
  const { rows, invalid } = plan;
  // the file begins with the header, whatever the map says
  const headerRow = headerRowOf(plan) === 1 ? undefined : 1;
  const form = { ...options, encoding, sheet: undefined, headerRow, errors: undefined, skipInvalid: false };
  const command = buildImportCommand({ ...mended, options: form }, remedies);
  const valid = rows - invalid;
  if (valid === 0) return text(`fix ${file}, then: ${command}`, `${file} を直してから: ${command}`);
  const en = `${file} contains only the invalid rows; the valid rows (${valid}) have not been imported either: fix the original file and import it again`;
  const ja = `${file} にあるのは不正な行だけです。残りの ${valid} 行もまだ適用されていません。元のファイルを直して再度インポート`;
  // the upload file of this second import would supersede the one with the valid rows
  if (options.emitCsv !== undefined) return text(en, `${ja}してください`);
  return text(
    `${en}, or commit the valid rows with --skip-invalid, fix ${file}, then: ${command}`,
    `${ja}するか、--skip-invalid で残りを適用し、${file} を直してから: ${command}`,
  );
}

/** Problems with records that are missing from the file and cannot be deleted. */
const DELETION_PROBLEMS: ReadonlySet<string> = new Set([
  "administrator-delete",
  "delete-held",
  "org-delete-holds",
  "org-delete-reserved",
]);

function describeFileFix(
  requested: ImportRequest,
  code: string,
  remedies: Remedies,
  { isSystem, mapFile }: { readonly isSystem: boolean; readonly mapFile: string | undefined },
): Text {
  if (code === "file-empty" || code === "file-no-rows") {
    const template = buildTemplateCommand(requested);
    return text(
      `the file needs a header row and data rows; to write a header row: ${template}`,
      `ヘッダー行とデータ行が必要です。ヘッダー行を書き出すには: ${template}`,
    );
  }
  if (DELETION_PROBLEMS.has(code)) {
    return describeUndeletable(requested, remedies, isSystem);
  }
  if (code === "column-blank") {
    const command = buildImportCommand({ ...requested, options: { ...requested.options, blank: "keep" } }, remedies);
    return text(
      `remove the column from the file, or add --blank clear or --blank keep to say what its blank cells mean: ${command}`,
      `その列をファイルから除くか、空のセルの扱いを --blank clear か --blank keep で指定してください: ${command}`,
    );
  }
  return describeHeaderFix(requested, remedies, mapFile);
}

/**
 * Returns how to import a file that lacks records which cannot be deleted. The suggested commands omit the number of
 * deletions, because it changes.
 *
 * @param isSystem only a system administrator may leave devices without an owner
 */
function describeUndeletable(requested: ImportRequest, remedies: Remedies, isSystem: boolean): Text {
  const options = { ...requested.options, confirmDeletions: undefined };
  const [keep, release] = UNDELETABLE_CHOICES.map((undeletable) =>
    buildImportCommand({ ...requested, undeletable, options }, remedies),
  );
  // an import never removes devices from an organisation
  const mayRelease = isSystem && requested.kind === "users";
  const [en, ja] = mayRelease
    ? [`; to also remove the owner from devices: ${release}`, `。デバイスの所有者も外すには: ${release}`]
    : ["", ""];
  const leave = line("users leave", [], { file: "FILE" });
  const [leavers, leaversJa] =
    requested.kind === "users"
      ? [
          `; for a list of leavers, including their devices: ${leave}`,
          `。退職者の一覧をデバイスも含めて処理するには: ${leave}`,
        ]
      : ["", ""];
  return text(
    `to keep these records and commit the rest: ${keep}${en}; --mode append deletes nothing${leavers}`,
    `残したままほかを適用するには: ${keep}${ja}。--mode append なら何も削除しません${leaversJa}`,
  );
}

const buildTemplateCommand = ({ kind }: ImportRequest): CommandLine => line("csv template", [], { as: kind });

/** Proposes a new column map, or additions to the given one, and the command that then imports the file. */
function describeHeaderFix(requested: ImportRequest, remedies: Remedies, mapFile: string | undefined): Text {
  const { kind, file, options } = requested;
  const { fix, createOrgs, createGroups, orgBy, other, canAsk } = remedies;
  const { map: given, sheet, encoding } = options;
  const mapping = line("csv map", [file === "-" ? "FILE" : file], {
    as: kind,
    sheet,
    encoding: encoding === "auto" ? undefined : encoding,
    output: mapFile ?? proposeMapName(file, kind),
  });
  const maps =
    given === undefined
      ? mapFile === undefined
        ? text(`create a column map: ${mapping}`, `対応表を作ってください: ${mapping}`)
        : text(`add the columns to ${mapFile}: ${mapping}`, `列を ${mapFile} に加えてください: ${mapping}`)
      : text(`add the columns to ${given}`, `列を ${given} に加えてください`);
  const command = buildImportCommand(requested, {
    fix,
    createOrgs,
    createGroups,
    orgBy,
    map: canAsk && mapFile === undefined,
  });
  const spelling = remedies.likenesses.length === 0 ? undefined : describeSpelling(remedies);
  const after = other ? text("; fix the other problems, then", "。ほかの問題も直してから") : text("; then", "。続けて");
  const then = spelling === undefined ? after : text(`${after.en} ${spelling.en}`, `${after.ja}、${spelling.ja}`);
  const { en, ja } = describeFieldAdditions(requested, remedies);
  const ignoring = describeIgnoredColumns(requested, remedies);
  if (!canAsk) {
    return text(
      `${en}fix the header row (columns: ${buildTemplateCommand(requested)})${then.en}: ${command}`,
      `${ja}ヘッダー行を直してください(列の一覧: ${buildTemplateCommand(requested)})${then.ja}: ${command}`,
    );
  }
  return text(
    `${en}fix the header row (columns: ${buildTemplateCommand(requested)}), or ${maps.en}${then.en}: ${command}${ignoring.en}`,
    `${ja}ヘッダー行を直すか(列の一覧: ${buildTemplateCommand(requested)})、${maps.ja}${then.ja}: ${command}${ignoring.ja}`,
  );
}

/** Returns advice on how to ignore unknown columns; empty if one of them may be a required column. */
function describeIgnoredColumns(requested: ImportRequest, remedies: Remedies): Text {
  if (remedies.headers.length === 0) return same("");
  const { fix, createOrgs, createGroups } = remedies;
  const command = buildAllowingCommand(requested, "unknown-columns", { fix, createOrgs, createGroups, map: false });
  return text(`; to ignore the unknown columns: ${command}`, `。不明な列を取り込まない場合: ${command}`);
}

/** Returns advice on unknown headers of a console export: as nobody typed them, they may be new custom fields. */
function describeFieldAdditions(
  requested: ImportRequest,
  { fix, createOrgs, createGroups, headers, other }: Remedies,
): Text {
  const { kind, options } = requested;
  if (!options.fromConsole || options.map !== undefined || !FORMATS[kind].custom || headers.length === 0)
    return same("");
  const adding = headers.slice(0, MAX_SUGGESTED_FIELDS).map((name) => line("users fields add", [name]));
  const all = [...adding, ...(headers.length > MAX_SUGGESTED_FIELDS ? ["…"] : [])].join("; ");
  const then = buildImportCommand(requested, { fix, createOrgs, createGroups, map: false });
  const after = other ? text("; fix the other problems, then", "。ほかの問題も直してから") : text("; then", "。続けて");
  return text(
    `if these columns are custom fields in the console, add them: ${all}${after.en}: ${then}; otherwise, `,
    `管理画面のカスタムユーザー情報の項目なら: ${all}${after.ja}: ${then}。そうでなければ、`,
  );
}
const MAX_SUGGESTED_FIELDS = 3;
