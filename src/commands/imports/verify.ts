import { line, step } from "../../lib/advice/index.ts";
import type { ConsoleTask, Verification } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { openInput } from "../../lib/files/index.ts";
import { getConsoleLabel, formatConsoleValue } from "../../lib/model/console-change.ts";
import { FORMAT_NAMES, type FormatName } from "../../lib/model/console-files.ts";
import { CONSOLE_WORK_NAMES } from "../../lib/model/console-task.ts";
import { getDisplayName } from "../../lib/model/import.ts";
import { THINGS } from "../../lib/model/things.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { listOtherKinds, formatRecordLabel, buildVerifySteps, summarizeTask } from "../console/steps.ts";
import { isDefaultTable } from "../listing/list.ts";
import { loadColumnMap, toConsoleMap } from "../csv/file/column-map.ts";
import { INPUT_ENCODING_OPTION } from "../csv/file/encoding.ts";
import { describeImportKind } from "../../lib/plan/columns.ts";
import { describeOldExport } from "../../lib/plan/describe.ts";
import { parseChangeNumber } from "./plan/find.ts";
import { examineFile, streamFile } from "./plan/send.ts";
import { buildImportCommand } from "./refusal/command.ts";
import { detectExportKinds } from "./refusal/export-kind.ts";

/**
 * A field that still has to be changed in the console. Without `change`, the record still has to be created or deleted.
 */
interface OpenField {
  readonly record: ConsoleTask["records"][number];
  readonly change: ConsoleTask["records"][number]["changes"][number] | undefined;
}

const getRecordFields = ({ record }: OpenField) => THINGS.get(record.thing)?.fields ?? {};

const formatOpenValue = (open: OpenField, side: "before" | "after"): Text | null =>
  open.change === undefined
    ? null
    : formatConsoleValue(getRecordFields(open)[open.change.field] ?? undefined, open.change[side]);

const OPEN_FIELD_COLUMNS: readonly Column<OpenField>[] = [
  { key: "record", header: text("record", "対象"), value: ({ record }) => formatRecordLabel(record), wraps: true },
  {
    key: "work",
    header: text("still to do", "残っている作業"),
    value: ({ record }) => record.work,
    name: ({ record }) => getDisplayName(CONSOLE_WORK_NAMES, record.work),
  },
  {
    key: "field",
    header: text("field", "項目"),
    value: ({ change }) => change?.field ?? null,
    name: (open) =>
      open.change === undefined ? null : same(getConsoleLabel(getRecordFields(open), open.change.field)),
  },
  {
    key: "console",
    header: text("in the console", "管理画面"),
    value: ({ change }) => change?.before ?? null,
    name: (open) => formatOpenValue(open, "before"),
  },
  {
    key: "local",
    header: text("in the mirror", "ミラー"),
    value: ({ change }) => change?.after ?? null,
    name: (open) => formatOpenValue(open, "after"),
  },
];

/** Maximum number of rows that a table for people shows. */
const MAX_TABLE_ROWS = 20;

const listOpenFields = ({ records }: ConsoleTask): readonly OpenField[] =>
  records.flatMap((record): readonly OpenField[] =>
    record.work === "create" || record.work === "delete"
      ? [{ record, change: undefined }]
      : record.changes.map((change) => ({ record, change })),
  );

export default defineCommand({
  summary: text(
    "check with an export of the console whether a change was made there",
    "変更が管理画面に反映されたかを、管理画面のエクスポートで照合する",
  ),
  details: [
    text(
      "Compares only the records of the change. Nothing else is imported from the export, and no value in the mirror changes. Changes that the console already has are marked as done. The other changes are listed with both values and remain open (exit 9). Fields that the export does not show are listed: check them in the console, then pass --confirm-missing. An export of only some of the records does not prove a deletion.",
      "変更の対象だけを照合します。エクスポートのほかの内容は取り込まず、ミラーの値も変わりません。管理画面に反映された分は完了になり、残りは両方の値とともに一覧して未了のままです(終了コード 9)。エクスポートに現れない項目は名前を表示します。管理画面で確認したうえで --confirm-missing を指定してください。一部だけのエクスポートでは、削除を確認できません。",
    ),
  ],
  args: {
    number: {
      kind: "string",
      value: "NUMBER|last",
      required: true,
      about: text(
        "number of the change, or `last` for your newest change that is not completely in the console",
        "変更番号、または last(管理画面での作業が残っている、自分の最新の変更)",
      ),
    },
  },
  options: {
    against: {
      kind: "file",
      value: "EXPORT.csv",
      required: true,
      about: text(
        "export of the console, made after the change was made there",
        "作業後に管理画面からエクスポートしたファイル",
      ),
    },
    kind: {
      kind: "choice",
      choices: FORMAT_NAMES,
      value: "KIND",
      about: text(
        "kind of the export, if the change covers several kinds (default: kind of the task)",
        "エクスポートの種類(複数の種類にわたる変更の場合。既定: 作業の種類)",
      ),
    },
    encoding: INPUT_ENCODING_OPTION,
    confirmMissing: {
      kind: "boolean",
      about: text(
        "mark what the export does not show as done (your account is recorded)",
        "エクスポートに現れない項目を完了として記録する(確認した人も記録する)",
      ),
    },
    sameAsUpload: {
      kind: "boolean",
      about: text(
        "treat the file as the console's export although it is identical to the uploaded file",
        "アップロードしたファイルと同じ内容でも、管理画面のエクスポートとして扱う",
      ),
    },
  },
  examples: [
    { line: "clomoctl imports verify last --against export.csv" },
    {
      line: "clomoctl imports verify 12 --against orgs.csv --kind orgs",
      about: text("organisations that an import of users created", "ユーザーのインポートで追加した組織"),
    },
  ],
  exits: ["input-rejected", "conflict", "not-found", "differs"],
  plans: true,
  shows: OPEN_FIELD_COLUMNS,
  async run(tools, { number: typed, against, kind: given, encoding, confirmMissing, sameAsUpload }) {
    const wanted = parseChangeNumber(typed, line("console list", []));
    const { terminal } = tools;
    const { client, context, permitChange } = await tools.tenant("imports", "console");
    const asked = await client.console.show(wanted);
    const { number } = asked;
    const kind = given ?? asked.kind;
    tools.summarize({ number: String(number), file: against });
    await permitChange();
    await using file = await openInput(tools, against);
    const reading = await examineFile(tools, file, { encoding });
    const map = await loadColumnMap(tools, kind, { option: undefined, context });
    const verify = (isExport: boolean): Promise<Verification> => {
      const evidence = {
        kind,
        confirmMissing: confirmMissing || undefined,
        sameAsUpload: isExport || undefined,
        map: map && toConsoleMap(map),
      };
      return client.imports
        .verify(number, { stream: streamFile(tools, file), encoding: reading.encoding }, evidence, tools.signal)
        .catch(async (error: unknown) => {
          if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
          const [others, kinds] = [listOtherKinds(asked, kind), await detectExportKinds(file, reading)];
          if (kinds.length === 0 || [kind, ...others].some((one) => kinds.includes(one)))
            throw suggestOtherKinds(error, { number, against }, others);
          throw createKindMismatch(asked, { against, label: file.label, kinds }, await client.console.list({}));
        });
    };
    let found = await verify(sameAsUpload);
    if (found.sameAsUpload === true) {
      const isExport = await terminal.prompts.confirm({ message: SAME_AS_UPLOAD_QUESTION, flag: "--same-as-upload" });
      if (!isExport) throw createUploadFailure(file.label, { number, against, kind: given });
      found = await verify(true);
    }
    if (found.closedBefore === true) {
      await terminal.note(describeNotCompared(file.label, found.task));
      if (!isDefaultTable(terminal)) await terminal.list(OPEN_FIELD_COLUMNS, []);
      return undefined;
    }
    tools.summarize({ changed: true });
    if (found.takenOver !== undefined)
      await terminal.warn(describeOldExport(found.takenOver, resolveTimezone(tools, { context })));
    if (found.done) {
      await terminal.note(
        text(`all of change ${number} is in the console`, `変更 ${number} は、すべて管理画面に反映されています`),
      );
      // people read the note instead of an empty table
      if (!isDefaultTable(terminal)) await terminal.list(OPEN_FIELD_COLUMNS, []);
      return undefined;
    }
    await reportOpen(terminal, found, { number, against, kind });
    return "differs";
  },
});

const reportOpen = async (
  terminal: Tools["terminal"],
  { task, unseen, lacking }: Verification,
  { number, against, kind }: VerifiedChange & { readonly kind: FormatName },
): Promise<void> => {
  await listOpenRows(terminal, task);
  const work = summarizeTask(task);
  await terminal.note(
    step(
      `still open from change ${number}: ${work.en}; to see the steps`,
      `変更 ${number} で残っている作業: ${work.ja}。手順`,
      line("console show", [number]),
    ),
  );
  const again = { number, against, kind: kind === task.kind ? undefined : kind };
  if (unseen.length > 0) await terminal.note(describeUnseenFields(unseen, again));
  if (lacking !== undefined) await terminal.note(describePartialExport(lacking, kind, again));
  for (const step of buildVerifySteps(task, kind)) await terminal.note(step);
};

const listOpenRows = async (terminal: Tools["terminal"], task: ConsoleTask): Promise<void> => {
  const open = listOpenFields(task);
  const shown = isDefaultTable(terminal) ? open.slice(0, MAX_TABLE_ROWS) : open;
  await terminal.list(OPEN_FIELD_COLUMNS, shown);
  if (shown.length === open.length) return;
  const [more, all] = [open.length - shown.length, line("console show", [task.number], { rows: true })];
  await terminal.note(step(`and ${more} more`, `ほか ${more} 件`, all));
};

const suggestOtherKinds = (
  error: Failure,
  { number, against }: Omit<VerifiedChange, "kind">,
  others: readonly FormatName[],
): Failure => {
  if (others.length === 0) return error;
  const { what, where, hint } = error;
  const again = others.map((kind) => {
    const [{ en, ja }, verify] = [describeImportKind(kind), line("imports verify", [number], { against, kind })];
    return text(`if the file is an export of ${en}: ${verify}`, `${ja}のエクスポートなら: ${verify}`);
  });
  return new Failure("input-rejected", { what, where, hint: joinTexts(hint === undefined ? again : [hint, ...again]) });
};

/**
 * Returns the failure for an export of a kind that the task does not cover. @param open all open tasks, the newest last
 */
const createKindMismatch = (
  task: ConsoleTask,
  {
    against,
    label,
    kinds,
  }: Pick<VerifiedChange, "against"> & { readonly label: string; readonly kinds: readonly FormatName[] },
  open: readonly ConsoleTask[],
): Failure => {
  const newest = open
    .filter((one) => kinds.some((kind) => one.kind === kind || listOtherKinds(one, one.kind).includes(kind)))
    .toSorted((a, b) => b.number - a.number)[0];
  const own = [...new Set([task.kind, ...listOtherKinds(task, task.kind)])];
  const named = (all: readonly FormatName[]): Text => joinTexts(all.map(describeImportKind), text(", ", "、"));
  const [is, file] = [named(own), named(kinds)];
  // without `--kind`, a task is verified with its own kind
  const others = newest === undefined ? [] : listOtherKinds(newest, newest.kind);
  const kind = newest && kinds.includes(newest.kind) ? undefined : kinds.find((one) => others.includes(one));
  const again = newest && line("imports verify", [newest.number], { against, kind });
  return new Failure("input-rejected", {
    what: text(
      `task ${task.number} is about ${is.en}, but ${label} is an export of ${file.en}`,
      `作業 ${task.number} の対象は${is.ja}ですが、${label} は${file.ja}のエクスポートです`,
    ),
    hint:
      again === undefined
        ? text(
            `no task for ${file.en} is open; export ${is.en} from the console`,
            `${file.ja}の未了の作業はありません。管理画面で${is.ja}をエクスポートしてください`,
          )
        : step(`to verify the newest open task for ${file.en}`, `${file.ja}の最新の未了の作業を照合するには`, again),
  });
};

const describeNotCompared = (label: string, { number }: ConsoleTask): Text =>
  text(
    `${label} was not compared because task ${number} was already done`,
    `${label} は照合していません。作業 ${number} は完了済みです`,
  );

const SAME_AS_UPLOAD_QUESTION = text(
  "This file is identical to the uploaded file. Is it really the console's export, made after the upload?",
  "アップロードしたファイルと同じ内容です。本当にアップロード後の管理画面のエクスポートですか?",
);

interface VerifiedChange {
  readonly number: number;
  readonly against: string;
  readonly kind: FormatName | undefined;
}

const createUploadFailure = (label: string, { number, against, kind }: VerifiedChange): Failure => {
  const again = line("imports verify", [number], { against, kind, sameAsUpload: true });
  return new Failure("input-rejected", {
    what: text(
      `${label} is identical to the uploaded file, so it does not prove anything`,
      `${label} はアップロードしたファイルと同じ内容のため、照合できません`,
    ),
    hint: step(
      "export again from the console; if the new export is also identical to the uploaded file",
      "管理画面でもう一度エクスポートしてください。それでもアップロードしたファイルと同じ内容なら",
      again,
    ),
  });
};

const describeUnseenFields = (unseen: Verification["unseen"], { number, against, kind }: VerifiedChange): Text => {
  const names = unseen.map(({ header, blank }) =>
    blank === true
      ? text(
          `${header} (a blank cell may mean an organisation without a code)`,
          `${header}(空欄は、コードのない組織の場合があります)`,
        )
      : same(header),
  );
  const { en, ja } = joinTexts(names, text(", ", "、"));
  const again = line("imports verify", [number], { against, kind, confirmMissing: true });
  return text(
    `the export does not show: ${en}; check in the console, then: ${again}`,
    `エクスポートに現れない項目: ${ja}。管理画面で確認してから: ${again}`,
  );
};

/** Explains why a partial export does not prove deletions, and what does. */
const describePartialExport = (
  { records, of }: NonNullable<Verification["lacking"]>,
  exported: FormatName,
  { number, against, kind }: VerifiedChange,
): Text => {
  const take = buildImportCommand({ kind: exported, file: against, options: { fromConsole: true } });
  const again = line("imports verify", [number], { against, kind, confirmMissing: true });
  return text(
    `the export lacks ${records} of ${formatCount(of, "other record")}, and a partial export does not prove a deletion. Export all records and verify again; if this export is complete, import it: ${take}; or check in the console, then: ${again}`,
    `エクスポートには、ほかの ${of} 件のうち ${records} 件がありません。一部だけのエクスポートでは、削除を確認できません。全件をエクスポートして照合し直してください。これで全件なら、取り込んでください: ${take} 。または、管理画面で確認してから: ${again}`,
  );
};
