import type { Import, Verification } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { counted, same, text, type Text } from "../../lib/text/index.ts";
import { shownWord } from "../../lib/text/shell-word.ts";
import { dayOf } from "../../lib/model/time.ts";
import { defineCommand } from "../command.ts";
import { isUsualTable } from "../listing/list.ts";
import { rightsIn, type Rights } from "../rights.ts";
import { zoneOf } from "../tools.ts";
import { INPUT_ENCODING } from "../csv/file/encoding.ts";
import { loadColumnMap } from "../csv/file/column-map.ts";
import { RESULT_COLUMNS, UNSEEN_COLUMN } from "./plan/columns.ts";
import { DIFFERENCE_COLUMNS, valueLines } from "./outputs/console/differences.ts";
import { exportAndVerify } from "./outputs/console/screen.ts";
import { findImport, ID_ARGUMENT } from "./plan/find.ts";
import { exportLine, importCommand, NOTHING_NEEDED } from "./refusal/command.ts";
import { openInput } from "../../lib/files/index.ts";
import { COMMITTED, countsOf } from "./plan/pending.ts";
import { showResult } from "./plan/result.ts";
import { examineFile, streamOf } from "./plan/send.ts";

const STILL_WAITS = text(
  "nothing was changed; the plan is still waiting for verification",
  "何も変更していません。計画は照合待ちのままです",
);

const MAY_BE_DONE = (number: string): Text =>
  text(
    `the verification was in progress; the plan is either committed or still waiting, check: clomoctl imports show ${number}`,
    `照合の途中でした。計画はすべて確定したか、照合待ちのままです。確認: clomoctl imports show ${number}`,
  );

export default defineCommand({
  summary: text(
    "compare the console's new export with a plan that was written for the console",
    "管理画面の新しいエクスポートを、書き出した計画と照合する",
  ),
  details: [
    text(
      "If they agree, the tenant is updated and the plan is committed. Otherwise the differences are listed with the planned and the console's value, and the plan stays open (exit 9).",
      "一致すればテナントに反映して計画を確定します。一致しなければ差異を計画の値と管理画面の値で一覧し、計画は照合待ちのままです(終了コード 9)。",
    ),
    text(
      "Only what the export shows is proved: other columns are named. Where it shows none of the changes of a record, nothing is committed (exit 9): look in the console, then pass --accept-unseen. The headers of the context's map are understood.",
      "確認できるのはエクスポートにある列だけで、ほかの列は名前を表示します。変更が 1 つもエクスポートに現れないものがあれば確定しません(終了コード 9)。管理画面で確認したうえで --accept-unseen を指定してください。コンテキストの対応表のヘッダーも読み取れます。",
    ),
  ],
  args: { id: ID_ARGUMENT },
  options: {
    against: {
      kind: "file",
      value: "EXPORT.csv",
      required: true,
      about: text(
        "the console's export, made after the upload",
        "アップロード後に管理画面からエクスポートしたファイル",
      ),
    },
    encoding: INPUT_ENCODING,
    acceptUnseen: {
      kind: "boolean",
      about: text(
        "commit though of some records the export shows none of the changes; it is recorded who accepted it",
        "変更がエクスポートに現れないものがあっても確定する(承認した人を記録する)",
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
  examples: [{ line: "clomoctl imports verify P12 --against export.csv" }],
  exits: ["input-rejected", "conflict", "not-found", "differs"],
  shows: [...RESULT_COLUMNS, UNSEEN_COLUMN, ...DIFFERENCE_COLUMNS("users")],
  async run(tools, { id, against, encoding, acceptUnseen, sameAsUpload }) {
    const { terminal } = tools;
    const { client, context } = await tools.tenant("imports");
    const found = await findImport(client, id, ["awaiting-console"]);
    tools.summarize({ ...countsOf(found), file: against });
    const rights = await rightsIn(tools, context);
    tools.describeState(() => STILL_WAITS);
    await using file = await openInput(tools, against);
    const { encoding: detected } = await examineFile(tools, file, { encoding, newline: "auto" });
    const map = await loadColumnMap(tools, found.kind, { option: undefined, context });
    const verify = (isExport: boolean): Promise<Verification> => {
      tools.describeState(() => MAY_BE_DONE(found.number));
      const upload = { stream: streamOf(tools, file), encoding: detected };
      const evidence = {
        acceptUnseen: acceptUnseen || undefined,
        sameAsUpload: isExport || undefined,
        map: map && JSON.stringify(map),
      };
      return client.imports.verify(found.id, upload, evidence, tools.signal);
    };
    const attempt = (isExport: boolean): Promise<Verification> =>
      verify(isExport).catch((error: unknown) => {
        // over a socket only the wait was interrupted: the tenant may continue
        const isOver = error instanceof Failure && error.code === "interrupted" && context.kind === "embedded";
        if (isOver) tools.describeState(() => STILL_WAITS);
        throw error;
      });
    let verification = await attempt(sameAsUpload);
    if (verification.reason === "same-as-upload") {
      tools.describeState(() => STILL_WAITS);
      const isExport = await terminal.prompts.confirm({ message: SAME_AS_UPLOAD, flag: "--same-as-upload" });
      if (!isExport) throw isUpload(file.label, found);
      verification = await attempt(true);
    }
    const { accepted } = verification;
    if (accepted) {
      tools.describeDone(COMMITTED);
      tools.summarize({ ...countsOf(verification.import), changed: true });
    } else tools.describeState(() => STILL_WAITS);
    const day = dayOf(found.emittedAt ?? found.createdAt, zoneOf(tools, { context }));
    for (const line of unseenOf(verification, day)) await terminal.note(line);
    if (accepted) {
      for (const line of doneBefore(found, verification.import)) await terminal.note(line);
      const { unseen } = verification;
      const end = await showResult(tools, { plan: verification.import, dryRun: false, committed: true, unseen });
      for (const line of leftOpen(verification, found, { against, rights })) await terminal.note(line);
      return end;
    }
    const columns = DIFFERENCE_COLUMNS(found.kind, rights.isSystem ? "all" : "part");
    const isTable = isUsualTable(terminal);
    const shown = isTable ? columns.filter(({ key }) => key !== "values") : columns;
    await terminal.list(shown, [...verification.first, ...verification.unseen]);
    // two values a field are too much for a column
    if (isTable) for (const line of valueLines(found.kind, verification.first)) await terminal.problem(line);
    for (const line of nextSteps(verification, found, { against, rights })) await terminal.note(line);
    return "differs";
  },
});

const SAME_AS_UPLOAD = text(
  "This file equals the one that was uploaded. Is it really the console's export, made after the upload?",
  "アップロードしたファイルと同じ内容です。本当にアップロード後の管理画面のエクスポートですか?",
);

const isUpload = (where: string, { number }: Import): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the uploaded file itself proves nothing; ${STILL_WAITS.en}`,
      `アップロードしたファイルそのものでは照合できません。${STILL_WAITS.ja}`,
    ),
    where,
    hint: exportAndVerify(number),
  });

/** What the export does not show of what the plan changes. */
const unseenOf = ({ unseen }: Verification, day: string): readonly Text[] =>
  unseen.map(({ header, records }) =>
    text(
      `${header}: last sent by us on ${day} for ${counted(records, "record")}, not verified: the export does not show it`,
      `${header}: ${day} に ${records} 件を送信しましたが、エクスポートにないため照合していません`,
    ),
  );

/** What the mirror had already, of what was sent to the console: another import, or an export, brought it. */
function* doneBefore(sent: Import, done: Import): Generator<Text> {
  const [changes, deletions] = [sent.create + sent.update - done.create - done.update, sent.delete - done.delete];
  if (changes > 0)
    yield text(
      `changes of the plan that were here already, by another import: ${changes}`,
      `計画の変更のうち ${changes} 件は、ほかのインポートですでに反映されています`,
    );
  if (deletions > 0)
    yield text(
      `records to be deleted that are gone already: ${deletions} of ${sent.delete}`,
      `削除する ${sent.delete} 件のうち ${deletions} 件は、すでにありません`,
    );
}

/** What was verified with, and who does. */
interface Verifying {
  /** the export as it was named */
  readonly against: string;
  readonly rights: Rights;
}

/** The tasks that a verification does not close, though its export may prove them. */
function* leftOpen(
  { openTasks = [] }: Verification,
  { kind }: Import,
  { against, rights: { isSystem } }: Verifying,
): Generator<Text> {
  if (openTasks.length === 0) return;
  const named = [...openTasks.slice(0, MOST_TASKS), ...(openTasks.length > MOST_TASKS ? ["…"] : [])];
  const { en, ja } = text(
    `tasks for the console stay open (${named.join(", ")})`,
    `管理画面での作業は未了のままです(${named.join("、")})`,
  );
  const takeOver = importCommand({ kind, file: against, options: { fromConsole: true } }, NOTHING_NEEDED);
  yield isSystem
    ? text(
        `${en}; those that this export shows to be done are closed by: ${takeOver}`,
        `${ja}。このエクスポートで完了を確認できるものは、取り込むと完了になります: ${takeOver}`,
      )
    : text(
        `${en}; those that an export shows to be done are closed when a system administrator takes it over; ask for it: ${exportLine(kind)}`,
        `${ja}。エクスポートで完了を確認できるものは、システム管理者が取り込むと完了になります。依頼する取り込み: ${exportLine(kind)}`,
      );
}

/** Maximum number of open tasks that are named. */
const MOST_TASKS = 10;

function* nextSteps(
  { reason, differences, touched: all, first, unseenRecords = 0 }: Verification,
  { number, kind }: Import,
  { against, rights: { isSystem } }: Verifying,
): Generator<Text> {
  const again = `clomoctl imports verify ${number} --against EXPORT.csv`;
  const anew = `clomoctl imports verify ${number} --against ${against === "-" ? "EXPORT.csv" : shownWord(against)}`;
  if (reason === "unseen") {
    yield text(
      `records of which the export shows none of the plan's changes: ${unseenRecords}; ${STILL_WAITS.en}`,
      `計画の変更がエクスポートに 1 つも現れないものが ${unseenRecords} 件あります。${STILL_WAITS.ja}`,
    );
    yield text(
      `look in the console whether they are there, then: ${again} --accept-unseen`,
      `管理画面で反映を確認してから: ${again} --accept-unseen`,
    );
  }
  if (reason !== "differs") return;
  const told = first.filter((one) => one.pending === undefined);
  const touched = told.filter((one) => one.touched).length;
  const listed = all ?? first.filter((one) => one.touched).length;
  const rest =
    differences > first.length
      ? text(`, the first ${first.length} listed`, `、一覧は先頭の ${first.length} 件`)
      : same("");
  yield text(
    `records that differ from the plan: ${differences} (touched by it: ${listed}${rest.en}); ${STILL_WAITS.en}`,
    `計画と異なるものが ${differences} 件あります(うち計画の対象 ${listed} 件${rest.ja})。${STILL_WAITS.ja}`,
  );
  if (touched > 0)
    yield text(
      `touched by the plan: upload the file again or correct the console, export, and: ${again}`,
      `計画の対象: もう一度アップロードするか管理画面で直し、エクスポートして: ${again}`,
    );
  const pending = numbersOf(first.flatMap(({ pending: numbers }) => numbers ?? []));
  if (pending.length > 0) yield pendingStep(pending, again, isSystem);
  const untouched = told.filter((one) => !one.touched);
  const tasks = numbersOf(untouched.flatMap(({ task }) => task ?? [])).filter((number) => !pending.includes(number));
  const [task] = tasks;
  if (task !== undefined)
    yield text(
      `still to be done in the console, not by this plan (open tasks: ${tasks.join(", ")}): do it there (clomoctl console show ${task}), export, and: ${again}`,
      `計画の対象ではなく、管理画面での作業が残っているもの(作業 ${tasks.join("、")}): 管理画面で行い(手順: clomoctl console show ${task})、エクスポートして: ${again}`,
    );
  if (untouched.every((one) => one.task !== undefined)) return;
  const isMore = touched > 0 || task !== undefined || pending.length > 0;
  yield changedStep({ kind, against, isSystem }, isMore);
  if (!isMore) yield text(`then: ${anew}`, `そのあと: ${anew}`);
}

/** @param pending the numbers of the tasks that keep something from being told */
function pendingStep(pending: readonly number[], again: string, isSystem: boolean): Text {
  const takeOver = isSystem
    ? text(
        "import the console's export of what they change first (--from-console)",
        "変更した対象の管理画面のエクスポートを先に取り込んでください(--from-console)",
      )
    : text(
        "ask a system administrator first to take over the console's export of what they change (--from-console)",
        "変更した対象の管理画面のエクスポートの取り込み(--from-console)を先にシステム管理者に依頼してください",
      );
  return text(
    `otherwise, or not to be told, as open tasks change what things are called (${pending.join(", ")}): do these in the console (clomoctl console show ${pending[0]}), record it: clomoctl console confirm ${pending.join(" ")}; where they were closed without that, ${takeOver.en}; then export, and: ${again}`,
    `管理画面での作業(${pending.join("、")})で変わる値のため、計画と異なるか、だれ(何)のものか判断できないもの: 先に管理画面で行い(手順: clomoctl console show ${pending[0]})、完了を記録してください: clomoctl console confirm ${pending.join(" ")} 。行わずに取り下げた作業なら、${takeOver.ja}。続けて、エクスポートして: ${again}`,
  );
}

interface Changed extends Pick<Verifying, "against"> {
  readonly kind: Import["kind"];
  readonly isSystem: boolean;
}

/** @param isMore other steps are told before it */
function changedStep({ kind, against, isSystem }: Changed, isMore: boolean): Text {
  const [what, first] = isMore
    ? [text("the rest was changed", "それ以外: その間に管理画面で変更されています"), text(" first", "先に")]
    : [text("changed", "その間に管理画面で変更されています"), text("", "")];
  const takeOver = importCommand({ kind, file: against, options: { fromConsole: true } }, NOTHING_NEEDED);
  return isSystem
    ? text(
        `${what.en} in the console meanwhile: import this export${first.en}: ${takeOver}`,
        `${what.ja}。${first.ja}このエクスポートを取り込んでください: ${takeOver}`,
      )
    : // what somebody of a part has exported may lack the others
      text(
        `${what.en} in the console meanwhile: ask a system administrator${first.en} to take over the console's export: ${exportLine(kind)}`,
        `${what.ja}。${first.ja}管理画面のエクスポートの取り込みをシステム管理者に依頼してください: ${exportLine(kind)}`,
      );
}

/** Numbers of tasks, each once, in order. */
const numbersOf = (tasks: readonly number[]): readonly number[] => [...new Set(tasks)].toSorted((a, b) => a - b);
