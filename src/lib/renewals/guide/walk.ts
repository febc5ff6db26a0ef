import type { Renewable } from "../../apple/index.ts";
import { joinTexts, text, type Text } from "../../text/index.ts";
import {
  type Check,
  type CheckOutcome,
  CHECK_LABELS,
  type JudgementOptions,
  type ReplacementJudgement,
  type RequestFile,
} from "../replacement/check.ts";
import { DOWNLOAD_NAMES, type LoadedDownload, type DownloadSearch } from "./downloads.ts";
import type { Guide, Step } from "./index.ts";
import type { DownloadKind } from "./step.ts";

/** An answer that the user can choose. */
export interface AnswerChoice<T extends string> {
  readonly value: T;
  readonly name: Text;
}

/**
 * What an interactive guide needs from its caller: the terminal, the downloaded files, and the checks of these files.
 */
export interface GuideHandlers {
  /** shows a step; steps are numbered from 1 */
  readonly show: (step: Step, number: number) => Promise<void>;
  readonly tell: (line: Text) => Promise<void>;
  readonly warn: (line: Text) => Promise<void>;
  readonly choose: <T extends string>(question: Text, answers: readonly AnswerChoice<T>[]) => Promise<T>;
  readonly look: (download: DownloadKind) => Promise<DownloadSearch>;
  /** reports what is certainly wrong with a signing request before its certificate exists */
  readonly judgeRequest: (request: RequestFile) => Check | undefined;
  readonly judge: (
    next: Renewable,
    circumstances: Pick<JudgementOptions, "csr">,
  ) => ReplacementJudgement | Promise<ReplacementJudgement>;
}

/** How an interactive guide ended. */
export type GuideRunResult =
  | { readonly ended: "stopped"; readonly at: Step; readonly refused: boolean }
  | { readonly ended: "done"; readonly renewed: LoadedDownload | undefined };

/** The files that have been accepted so far. */
interface AcceptedFiles {
  request: RequestFile | undefined;
  renewed: LoadedDownload | undefined;
}

/**
 * Goes through the steps of a guide and asks one question for each step. If a step waits for a file, the file is looked
 * for and judged; a file that would do harm is never accepted. Nothing is recorded here; the caller does that
 * afterwards.
 */
export async function runGuideSteps({ steps }: Guide, desk: GuideHandlers): Promise<GuideRunResult> {
  const taken: AcceptedFiles = { request: undefined, renewed: undefined };
  for (const [index, step] of steps.entries()) {
    if (step.id === "record") break;
    await desk.show(step, index + 1);
    const answer =
      step.waitsFor === undefined ? await askIfDone(desk, index + 1) : await awaitFile(desk, step.waitsFor, taken);
    if (answer !== "next") return { ended: "stopped", at: step, refused: answer === "refused" };
  }
  return { ended: "done", renewed: taken.renewed };
}

const STOP_LABEL = text("stop here", "ここで中断する");

const askIfDone = (desk: GuideHandlers, number: number): Promise<"next" | "stop"> =>
  desk.choose(text(`Is step ${number} done?`, `手順 ${number} は終わりましたか?`), [
    { value: "next", name: text("yes, next step", "完了(次へ)") },
    { value: "stop", name: STOP_LABEL },
  ]);

/** Waits until the file of a step is found and accepted, or the user stops. */
async function awaitFile(
  desk: GuideHandlers,
  download: DownloadKind,
  taken: AcceptedFiles,
): Promise<"next" | "stop" | "refused"> {
  let refused = false;
  for (;;) {
    const answer = await desk.choose(buildDownloadQuestion(download, refused), [
      {
        value: "look",
        name: refused
          ? text("look for the file again", "もう一度ファイルを探す")
          : text("yes, look for the file", "ダウンロード済み(ファイルを探す)"),
      },
      { value: "stop", name: STOP_LABEL },
    ]);
    if (answer === "stop") return refused ? "refused" : "stop";
    const found = await lookForFile(desk, download);
    if (found === undefined) continue;
    refused = !(await acceptFile(desk, found, taken));
    if (!refused) return "next";
  }
}

const buildDownloadQuestion = (download: DownloadKind, refused: boolean): Text => {
  const { shown } = DOWNLOAD_NAMES[download];
  return refused
    ? text(
        `${shown} cannot be used. Repeat this step, then choose:`,
        `${shown} は使えません。この手順をやり直してから選択してください:`,
      )
    : text(`Have you downloaded ${shown}?`, `${shown} をダウンロードしましたか?`);
};

async function lookForFile(desk: GuideHandlers, download: DownloadKind): Promise<LoadedDownload | undefined> {
  const { found, aside } = await desk.look(download);
  for (const { name, why } of aside) {
    await desk.tell(text(`skipped: ${name} (${why.en})`, `対象外: ${name}(${why.ja})`));
  }
  if (found === undefined) {
    const { shown } = DOWNLOAD_NAMES[download];
    await desk.warn(text(`no readable ${shown} found`, `読み取れる ${shown} が見つかりません`));
  } else {
    await desk.tell(text(`found: ${found.path}`, `見つかりました: ${found.path}`));
  }
  return found;
}

/** Accepts a file unless it is bad, or doubtful and the user declines it. Returns true if the file is accepted. */
async function acceptFile(desk: GuideHandlers, found: LoadedDownload, taken: AcceptedFiles): Promise<boolean> {
  const { content, writtenAt } = found;
  if (content.of === "request") {
    const request = { request: content.request, writtenAt };
    const wrong = desk.judgeRequest(request);
    if (wrong === undefined) taken.request = request;
    else await desk.warn(formatCheck(wrong));
    return wrong === undefined;
  }
  if (content.renewable.expiring.kind === "certificate") return true;
  const { request: csr } = taken;
  const { safe, checks, leftToCheck } = await desk.judge(content.renewable, { csr });
  for (const check of checks) await (check.outcome === "good" ? desk.tell : desk.warn)(formatCheck(check));
  if (!safe) {
    await desk.warn(text("Do not upload this file.", "このファイルをアップロードしないでください。"));
    return false;
  }
  const toReview = checks.filter(
    ({ id, outcome }) => leftToCheck.includes(id) || (outcome === "warning" && id !== "old-token"),
  );
  if (toReview.length > 0 && !(await confirmDoubtfulFile(desk, toReview))) return false;
  taken.renewed = found;
  return true;
}

const OUTCOME_LABELS = {
  good: text("ok", "問題なし"),
  warning: text("check", "要確認"),
  bad: text("WRONG", "不可"),
  unknown: text("unknown", "不明"),
} as const satisfies Record<CheckOutcome, Text>;

/** Formats the result of a check, such as `WRONG - topic: …`. */
const formatCheck = ({ id, outcome, what }: Check): Text =>
  text(
    `${OUTCOME_LABELS[outcome].en} - ${CHECK_LABELS[id].en}: ${what.en}`,
    `${OUTCOME_LABELS[outcome].ja} - ${CHECK_LABELS[id].ja}: ${what.ja}`,
  );

/** Asks whether to continue with a file if some checks are doubtful or could not be done. */
const confirmDoubtfulFile = async (desk: GuideHandlers, points: readonly Check[]): Promise<boolean> => {
  const { en, ja } = joinTexts(
    points.map(({ id }) => CHECK_LABELS[id]),
    text(", ", "、"),
  );
  const answer = await desk.choose(
    text(
      `Check these points yourself: ${en}. Continue with this file?`,
      `次の点は確認が必要です: ${ja}。このファイルで進めますか?`,
    ),
    [
      { value: "no", name: text("no, use another file", "いいえ(別のファイルにする)") },
      { value: "yes", name: text("yes, I have checked these points", "はい(確認済み)") },
    ],
  );
  return answer === "yes";
};
