import type { Renewable } from "../../apple/index.ts";
import { joined, text, type Text } from "../../text/index.ts";
import {
  type Check,
  type CheckOutcome,
  CHECKS,
  type Circumstances,
  type Judgement,
  type RequestFile,
} from "../replacement/check.ts";
import { DOWNLOAD_NAMES, type ReadDownload, type DownloadSearch } from "./downloads.ts";
import type { Guide, Step } from "./index.ts";
import type { DownloadKind } from "./step.ts";

/** An answer to choose. */
export interface AnswerChoice<T extends string> {
  readonly value: T;
  readonly name: Text;
}

/** The terminal and files of a walk. */
export interface WalkDesk {
  /** shows a step, numbered from 1 */
  readonly show: (step: Step, number: number) => Promise<void>;
  readonly tell: (line: Text) => Promise<void>;
  readonly warn: (line: Text) => Promise<void>;
  readonly choose: <T extends string>(question: Text, answers: readonly AnswerChoice<T>[]) => Promise<T>;
  readonly look: (download: DownloadKind) => Promise<DownloadSearch>;
  /** what is surely wrong with a request, before there is a certificate of it */
  readonly judgeRequest: (request: RequestFile) => Check | undefined;
  readonly judge: (next: Renewable, circumstances: Pick<Circumstances, "csr">) => Judgement | Promise<Judgement>;
}

/** How a walk ended. */
export type WalkResult =
  | { readonly ended: "stopped"; readonly at: Step; readonly refused: boolean }
  | { readonly ended: "done"; readonly renewed: ReadDownload | undefined };

/** Files that were taken so far. */
interface TakenFiles {
  request: RequestFile | undefined;
  renewed: ReadDownload | undefined;
}

/**
 * Goes through the steps of a guide, one question each; where a file is awaited it is looked for and judged, and a
 * file that would do harm is never taken. Records nothing: that is for afterwards.
 */
export async function walk({ steps }: Guide, desk: WalkDesk): Promise<WalkResult> {
  const taken: TakenFiles = { request: undefined, renewed: undefined };
  for (const [index, step] of steps.entries()) {
    if (step.id === "record") break;
    await desk.show(step, index + 1);
    const answer =
      step.waitsFor === undefined ? await done(desk, index + 1) : await awaitFile(desk, step.waitsFor, taken);
    if (answer !== "next") return { ended: "stopped", at: step, refused: answer === "refused" };
  }
  return { ended: "done", renewed: taken.renewed };
}

const STOP = text("stop here", "ここで中断する");

const done = (desk: WalkDesk, number: number): Promise<"next" | "stop"> =>
  desk.choose(text(`Step ${number}: done?`, `手順 ${number} は終わりましたか?`), [
    { value: "next", name: text("done, next step", "完了(次へ)") },
    { value: "stop", name: STOP },
  ]);

/** Waits until the step's file is there and good, or the person gives up. */
async function awaitFile(
  desk: WalkDesk,
  download: DownloadKind,
  taken: TakenFiles,
): Promise<"next" | "stop" | "refused"> {
  let refused = false;
  for (;;) {
    const answer = await desk.choose(question(download, refused), [
      {
        value: "look",
        name: refused
          ? text("look again", "もう一度探す")
          : text("downloaded, look for the file", "ダウンロード済み(ファイルを探す)"),
      },
      { value: "stop", name: STOP },
    ]);
    if (answer === "stop") return refused ? "refused" : "stop";
    const found = await look(desk, download);
    if (found === undefined) continue;
    refused = !(await take(desk, found, taken));
    if (!refused) return "next";
  }
}

const question = (download: DownloadKind, refused: boolean): Text => {
  const { shown } = DOWNLOAD_NAMES[download];
  return refused
    ? text(`${shown} cannot be used. Try again, then:`, `${shown} は使えません。やり直してから:`)
    : text(`Have you downloaded ${shown}?`, `${shown} をダウンロードしましたか?`);
};

async function look(desk: WalkDesk, download: DownloadKind): Promise<ReadDownload | undefined> {
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

/** Takes a file over unless it is bad, or doubtful and the person does not want it. */
async function take(desk: WalkDesk, found: ReadDownload, taken: TakenFiles): Promise<boolean> {
  const { content, writtenAt } = found;
  if (content.of === "request") {
    const request = { request: content.request, writtenAt };
    const wrong = desk.judgeRequest(request);
    if (wrong === undefined) taken.request = request;
    else await desk.warn(lineOf(wrong));
    return wrong === undefined;
  }
  if (content.renewable.expiring.kind === "certificate") return true;
  const { request: csr } = taken;
  const { safe, checks, leftToCheck } = await desk.judge(content.renewable, { csr });
  for (const check of checks) await (check.outcome === "good" ? desk.tell : desk.warn)(lineOf(check));
  if (!safe) {
    await desk.warn(text("Do not upload this file.", "このファイルをアップロードしないでください。"));
    return false;
  }
  const toReview = checks.filter(
    ({ id, outcome }) => leftToCheck.includes(id) || (outcome === "warning" && id !== "old-token"),
  );
  if (toReview.length > 0 && !(await wanted(desk, toReview))) return false;
  taken.renewed = found;
  return true;
}

const MARKS = {
  good: text("ok", "問題なし"),
  warning: text("check", "要確認"),
  bad: text("WRONG", "不可"),
  unknown: text("unknown", "不明"),
} as const satisfies Record<CheckOutcome, Text>;

/** `WRONG - topic: it changes from …` */
const lineOf = ({ id, outcome, what }: Check): Text =>
  text(`${MARKS[outcome].en} - ${CHECKS[id].en}: ${what.en}`, `${MARKS[outcome].ja} - ${CHECKS[id].ja}: ${what.ja}`);

/** Asks whether to go on with a file of which some points were not compared or are doubtful. */
const wanted = async (desk: WalkDesk, points: readonly Check[]): Promise<boolean> => {
  const { en, ja } = joined(
    points.map(({ id }) => CHECKS[id]),
    text(", ", "、"),
  );
  const answer = await desk.choose(
    text(
      `Check these points yourself: ${en}. Continue with this file?`,
      `次の点は確認が必要です: ${ja}。このファイルで進めますか?`,
    ),
    [
      { value: "no", name: text("no, use another file", "いいえ(別のファイルにする)") },
      { value: "yes", name: text("yes, I have checked it", "はい(確認済み)") },
    ],
  );
  return answer === "yes";
};
