import { line, step } from "../../lib/advice/index.ts";
import type { ConsoleTask, Verification } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { openInput } from "../../lib/files/index.ts";
import { calledOnScreen, toldOnScreen } from "../../lib/model/console-change.ts";
import { FORMAT_NAMES, type FormatName } from "../../lib/model/console-files.ts";
import { CONSOLE_CLOSING_NAMES, CONSOLE_WORK_NAMES } from "../../lib/model/console-task.ts";
import { nameIn } from "../../lib/model/import.ts";
import { THINGS } from "../../lib/model/things.ts";
import { dayOf } from "../../lib/model/time.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { counted, joined, same, text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { zoneOf, type Tools } from "../tools.ts";
import { closingName } from "../console/columns.ts";
import { otherKinds, recordCalled, verifySteps, workOf } from "../console/steps.ts";
import { isUsualTable } from "../listing/list.ts";
import { loadColumnMap } from "../csv/file/column-map.ts";
import { INPUT_ENCODING } from "../csv/file/encoding.ts";
import { kindName } from "../../lib/plan/columns.ts";
import { describeOldExport } from "../../lib/plan/describe.ts";
import { parseChange } from "./plan/find.ts";
import { examineFile, streamOf } from "./plan/send.ts";
import { importCommand, NOTHING_NEEDED } from "./refusal/command.ts";
import { kindsOfExport } from "./refusal/export-kind.ts";

/** What is open of one field of a record; of a whole record, if the console lacks it or has it still. */
interface OpenField {
  readonly record: ConsoleTask["records"][number];
  readonly change: ConsoleTask["records"][number]["changes"][number] | undefined;
}

const fieldsOf = ({ record }: OpenField) => THINGS.get(record.thing)?.fields ?? {};

const shown = (open: OpenField, side: "before" | "after"): Text | null =>
  open.change === undefined ? null : toldOnScreen(fieldsOf(open)[open.change.field] ?? undefined, open.change[side]);

const COLUMNS: readonly Column<OpenField>[] = [
  { key: "record", header: text("record", "対象"), value: ({ record }) => recordCalled(record), wraps: true },
  {
    key: "work",
    header: text("still to do", "残っている作業"),
    value: ({ record }) => record.work,
    name: ({ record }) => nameIn(CONSOLE_WORK_NAMES, record.work),
  },
  {
    key: "field",
    header: text("field", "項目"),
    value: ({ change }) => change?.field ?? null,
    name: (open) => (open.change === undefined ? null : same(calledOnScreen(fieldsOf(open), open.change.field))),
  },
  {
    key: "console",
    header: text("in the console", "管理画面"),
    value: ({ change }) => change?.before ?? null,
    name: (open) => shown(open, "before"),
  },
  {
    key: "local",
    header: text("here", "ここ"),
    value: ({ change }) => change?.after ?? null,
    name: (open) => shown(open, "after"),
  },
];

/** Maximum number of rows that people read. */
const MAX_SHOWN = 20;

/** What is open of a task, field by field; new records and deletions as a whole. */
const openOf = ({ records }: ConsoleTask): readonly OpenField[] =>
  records.flatMap((record): readonly OpenField[] =>
    record.work === "create" || record.work === "delete"
      ? [{ record, change: undefined }]
      : record.changes.map((change) => ({ record, change })),
  );

export default defineCommand({
  summary: text(
    "compare an export of the console with a change that was to be made there",
    "管理画面のエクスポートを、管理画面で行う変更と照合する",
  ),
  details: [
    text(
      "Looks only at the records of the change; nothing else of the export is taken over, and nothing here changes. What the console has by now is done; what it does not have is listed with both values and stays open (exit 9). What the export does not show at all is named: look in the console, then pass --confirm-missing. An export of a part of the records proves no deletion.",
      "変更の対象だけを照合します。エクスポートのほかの内容は取り込まず、ここでの値も変わりません。管理画面に反映された分は完了になり、残りは両方の値とともに一覧して未了のままです(終了コード 9)。エクスポートに現れない項目は名前を表示します。管理画面で確認したうえで --confirm-missing を指定してください。一部だけのエクスポートでは、削除を確認できません。",
    ),
  ],
  args: {
    number: {
      kind: "string",
      value: "NUMBER|last",
      required: true,
      about: text(
        "number of the change, or `last`: your newest one that is not completely in the console",
        "変更番号、または last(管理画面での作業が残っている、自分の最新の変更)",
      ),
    },
  },
  options: {
    against: {
      kind: "file",
      value: "EXPORT.csv",
      required: true,
      about: text("the console's export, made afterwards", "作業後に管理画面からエクスポートしたファイル"),
    },
    kind: {
      kind: "choice",
      choices: FORMAT_NAMES,
      value: "KIND",
      about: text(
        "kind of the export, if the change is of several (default: the kind of the task)",
        "複数の種類にわたる変更で、エクスポートの種類(既定: 作業の種類)",
      ),
    },
    encoding: INPUT_ENCODING,
    confirmMissing: {
      kind: "boolean",
      about: text(
        "confirm what the export does not show; it is recorded who did",
        "エクスポートに現れない項目を完了として記録する(記録した人が残る)",
      ),
    },
    sameAsUpload: {
      kind: "boolean",
      about: text(
        "the file is the console's export, though it equals the file that was uploaded",
        "アップロードしたファイルと同じ内容だが、管理画面のエクスポートである",
      ),
    },
  },
  examples: [
    { line: "clomoctl imports verify last --against export.csv" },
    {
      line: "clomoctl imports verify 12 --against orgs.csv --kind orgs",
      about: text("the organisations that an import of users created", "ユーザーのインポートで追加した組織"),
    },
  ],
  exits: ["input-rejected", "conflict", "not-found", "differs"],
  shows: COLUMNS,
  async run(tools, { number: typed, against, kind: given, encoding, confirmMissing, sameAsUpload }) {
    const wanted = parseChange(typed, line("console list", []));
    const { terminal } = tools;
    const { client, context, permitChange } = await tools.tenant("imports", "console");
    const asked = await client.console.show(wanted);
    const { number } = asked;
    const kind = given ?? asked.kind;
    tools.summarize({ number: String(number), file: against });
    await permitChange();
    await using file = await openInput(tools, against);
    const reading = await examineFile(tools, file, { encoding, newline: "auto" });
    const map = await loadColumnMap(tools, kind, { option: undefined, context });
    const verify = (isExport: boolean): Promise<Verification> => {
      tools.describeState(() => MAY_BE_DONE(number));
      const evidence = {
        kind,
        confirmMissing: confirmMissing || undefined,
        sameAsUpload: isExport || undefined,
        map: map && JSON.stringify(map),
      };
      return client.imports
        .verify(number, { stream: streamOf(tools, file), encoding: reading.encoding }, evidence, tools.signal)
        .catch(async (error: unknown) => {
          if (!(error instanceof Failure) || error.code !== "input-rejected") throw error;
          const [others, kinds] = [otherKinds(asked, kind), await kindsOfExport(file, reading)];
          if (kinds.length === 0 || [kind, ...others].some((one) => kinds.includes(one)))
            throw perhapsOfOther(error, { number, against }, others);
          throw ofOtherTask(asked, { against, label: file.label, kinds }, await client.console.list({}));
        });
    };
    let found = await verify(sameAsUpload);
    if (found.sameAsUpload === true) {
      tools.describeState(() => NOTHING_COMPARED);
      const isExport = await terminal.prompts.confirm({ message: SAME_AS_UPLOAD, flag: "--same-as-upload" });
      if (!isExport) throw isUpload(file.label, { number, against, kind: given });
      found = await verify(true);
    }
    if (found.closedBefore === true) {
      tools.describeState(() => NOTHING_COMPARED);
      await terminal.note(notCompared(file.label, found, zoneOf(tools, { context })));
      if (!isUsualTable(terminal)) await terminal.list(COLUMNS, []);
      return undefined;
    }
    tools.describeDone(text("what the export shows was recorded", "エクスポートで確認した内容を記録しました"));
    tools.summarize({ changed: true });
    if (found.takenOver !== undefined)
      await terminal.warn(describeOldExport(found.takenOver, zoneOf(tools, { context })));
    if (found.done) {
      await terminal.note(inConsole(number, found.changedAgain ?? null));
      // people read the sentence
      if (!isUsualTable(terminal)) await terminal.list(COLUMNS, []);
      return undefined;
    }
    await reportOpen(terminal, found, { number, against, kind });
    return "differs";
  },
});

/** Says what is open of a task, and how to close it. @param kind of the export */
const reportOpen = async (
  terminal: Tools["terminal"],
  { task, unseen, lacking }: Verification,
  { number, against, kind }: VerifiedChange & { readonly kind: FormatName },
): Promise<void> => {
  await listOpen(terminal, task);
  const work = workOf(task);
  await terminal.note(
    step(
      `still open of change ${number}: ${work.en}; how`,
      `変更 ${number} で残っている作業: ${work.ja}。手順`,
      line("console show", [number]),
    ),
  );
  const again = { number, against, kind: kind === task.kind ? undefined : kind };
  if (unseen.length > 0) await terminal.note(notSeen(unseen, again));
  if (lacking !== undefined) await terminal.note(showsPart(lacking, kind, again));
  for (const step of verifySteps(task, kind)) await terminal.note(step);
};

/** Lists what is open of a task: programs get all of it. */
const listOpen = async (terminal: Tools["terminal"], task: ConsoleTask): Promise<void> => {
  const open = openOf(task);
  const shown = isUsualTable(terminal) ? open.slice(0, MAX_SHOWN) : open;
  await terminal.list(COLUMNS, shown);
  if (shown.length === open.length) return;
  const [more, all] = [open.length - shown.length, line("console show", [task.number], { rows: true })];
  await terminal.note(step(`and ${more} more`, `ほか ${more} 件`, all));
};

/** The failure of an export that is rejected, which may be of another kind that the change has. */
const perhapsOfOther = (
  error: Failure,
  { number, against }: Omit<VerifiedChange, "kind">,
  others: readonly FormatName[],
): Failure => {
  if (others.length === 0) return error;
  const { what, where, hint } = error;
  const again = others.map((kind) => {
    const [{ en, ja }, verify] = [kindName(kind), line("imports verify", [number], { against, kind })];
    return text(`if it is of ${en}: ${verify}`, `${ja}のエクスポートなら: ${verify}`);
  });
  return new Failure("input-rejected", { what, where, hint: joined(hint === undefined ? again : [hint, ...again]) });
};

/** The failure of an export of a kind of which the task has no records. @param open all open tasks, the newest last */
const ofOtherTask = (
  task: ConsoleTask,
  {
    against,
    label,
    kinds,
  }: Pick<VerifiedChange, "against"> & { readonly label: string; readonly kinds: readonly FormatName[] },
  open: readonly ConsoleTask[],
): Failure => {
  const newest = open
    .filter((one) => kinds.some((kind) => one.kind === kind || otherKinds(one, one.kind).includes(kind)))
    .toSorted((a, b) => b.number - a.number)[0];
  const own = [...new Set([task.kind, ...otherKinds(task, task.kind)])];
  const named = (all: readonly FormatName[]): Text => joined(all.map(kindName), text(", ", "、"));
  const [is, file] = [named(own), named(kinds)];
  // a task is verified by its own kind unless another one is given
  const others = newest === undefined ? [] : otherKinds(newest, newest.kind);
  const kind = newest && kinds.includes(newest.kind) ? undefined : kinds.find((one) => others.includes(one));
  const again = newest && line("imports verify", [newest.number], { against, kind });
  return new Failure("input-rejected", {
    what: text(
      `task ${task.number} is about ${is.en}, and ${label} is an export of ${file.en}`,
      `作業 ${task.number} の対象は${is.ja}ですが、${label} は${file.ja}のエクスポートです`,
    ),
    hint:
      again === undefined
        ? text(
            `no task of ${file.en} is open; export ${is.en} in the console`,
            `${file.ja}の未了の作業はありません。管理画面で${is.ja}をエクスポートしてください`,
          )
        : step(`newest open task of ${file.en}`, `${file.ja}の最新の未了の作業`, again),
  });
};

/** Excepts what a change wrote again, if one did. */
const except = (change: number | null): Text =>
  change === null
    ? text("", "")
    : text(
        `, but for what was changed again since (last by change ${change})`,
        `その後に変更し直した分(最後は変更 ${change})を除き、`,
      );

/** Says that a task was done already, when and by what. */
const notCompared = (label: string, { task, changedAgain = null }: Verification, zone: string): Text => {
  const { number, state, closing, closedAt, closedBy } = task;
  const how = closing ? closingName(closing) : state === "confirmed" ? CONSOLE_CLOSING_NAMES.confirm : undefined;
  const day = closedAt === null ? undefined : same(dayOf(closedAt, zone));
  const facts = [how, day, closedBy === null ? undefined : same(closedBy)].filter((one) => one !== undefined);
  const by = joined(facts, text(", ", "、"));
  const [but, colon] = [except(changedAgain), facts.length === 0 ? "" : ": "];
  return text(
    `${label} was not compared: task ${number} was done already${but.en}${colon}${by.en}`,
    `${label} は照合していません。作業 ${number} は${but.ja === "" ? "" : `、${but.ja}`}完了済みです${colon}${by.ja}`,
  );
};

/** @param changedAgain the newest change that wrote a part of it again */
const inConsole = (number: number, changedAgain: number | null): Text => {
  const but = except(changedAgain);
  return text(
    `the console has all of change ${number}${but.en}`,
    `変更 ${number} は、${but.ja}すべて管理画面に反映されています`,
  );
};

const NOTHING_COMPARED = text("nothing was compared", "照合していません");

const MAY_BE_DONE = (number: number): Text => {
  const see = line("console show", [number]);
  return text(
    `the comparison was in progress; what the export shows may have been recorded, check: ${see}`,
    `照合の途中でした。エクスポートの内容が記録されている可能性があります。確認: ${see}`,
  );
};

const SAME_AS_UPLOAD = text(
  "This file equals the one that was uploaded. Is it really the console's export, made after the upload?",
  "アップロードしたファイルと同じ内容です。本当にアップロード後の管理画面のエクスポートですか?",
);

/** How a change is verified: by an export, of another kind than its task's if that is given. */
interface VerifiedChange {
  readonly number: number;
  readonly against: string;
  readonly kind: FormatName | undefined;
}

const isUpload = (label: string, { number, against, kind }: VerifiedChange): Failure => {
  const again = line("imports verify", [number], { against, kind, sameAsUpload: true });
  return new Failure("input-rejected", {
    what: text(
      `${label} is the file that was uploaded, and proves nothing`,
      `${label} はアップロードしたファイルと同じ内容のため、照合できません`,
    ),
    hint: step(
      "export in the console; if it is the same all the same",
      "管理画面でエクスポートしてください。それでも同じ内容なら",
      again,
    ),
  });
};

const notSeen = (unseen: Verification["unseen"], { number, against, kind }: VerifiedChange): Text => {
  const names = unseen.map(({ header, blank }) =>
    blank === true
      ? text(
          `${header} (a blank cell may mean an organisation without a code)`,
          `${header}(空欄は、コードのない組織の場合があります)`,
        )
      : same(header),
  );
  const { en, ja } = joined(names, text(", ", "、"));
  const again = line("imports verify", [number], { against, kind, confirmMissing: true });
  return text(
    `the export does not show: ${en}; look in the console, then: ${again}`,
    `エクスポートに現れない項目: ${ja}。管理画面で確認してから: ${again}`,
  );
};

/** Says why an export does not prove deletions, and what does. */
const showsPart = (
  { records, of }: NonNullable<Verification["lacking"]>,
  exported: FormatName,
  { number, against, kind }: VerifiedChange,
): Text => {
  const take = importCommand({ kind: exported, file: against, options: { fromConsole: true } }, NOTHING_NEEDED);
  const again = line("imports verify", [number], { against, kind, confirmMissing: true });
  return text(
    `the export lacks ${records} of ${counted(of, "other record")}, so it shows only a part and proves no deletion: export everything and verify again; if it has everything, take it over: ${take}; or look in the console, then: ${again}`,
    `エクスポートには、ほかの ${of} 件のうち ${records} 件がありません。一部だけのエクスポートでは、削除を確認できません。全件をエクスポートして照合し直してください。これで全件なら、取り込んでください: ${take} 。または、管理画面で確認してから: ${again}`,
  );
};
