import { line } from "../../lib/advice/index.ts";
import { readRenewables, type ReadOptions, type Renewable } from "../../lib/apple/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { NamedFileContent } from "../../lib/files/index.ts";
import type { RenewalKind } from "../../lib/model/renewal.ts";
import { type Check, CHECK_LABELS, type ReplacementJudgement } from "../../lib/renewals/replacement/check.ts";
import { findNewestFile } from "../../lib/renewals/succession.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, text, type Language, type Text } from "../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import type { Tools } from "../tools.ts";

interface JudgedFile {
  readonly file: string;
  readonly kind: RenewalKind;
}

export async function showJudgement(
  { terminal, globals }: Pick<Tools, "terminal" | "globals">,
  { file, kind }: JudgedFile,
  judgement: ReplacementJudgement,
): Promise<Outcome> {
  await terminal.list(buildCheckColumns(terminal.language), judgement.checks);
  const said = describeVerdict(file, judgement);
  if (terminal.onTerminal && (globals.format ?? "table") === "table") await explainChecks(terminal, judgement);
  await (judgement.safe ? terminal.note(said) : terminal.problem(said));
  if (!judgement.safe && terminal.onTerminal) await terminal.note(describeGuideCommand(kind));
  return judgement.safe ? undefined : "input-rejected";
}

async function explainChecks(
  terminal: Tools["terminal"],
  { checks, leftToCheck }: ReplacementJudgement,
): Promise<void> {
  for (const { id, outcome, what } of checks) {
    if (outcome !== "bad" && !leftToCheck.includes(id)) continue;
    const check = CHECK_LABELS[id];
    await terminal.note(text(`${check.en}: ${what.en}`, `${check.ja}: ${what.ja}`));
  }
}

const describeGuideCommand = (kind: RenewalKind): Text =>
  text(
    `to get the right file, step by step: ${line("renewals guide", [kind])}`,
    `正しいものを入手する手順: ${line("renewals guide", [kind])}`,
  );

function describeVerdict(file: string, { safe, leftToCheck, checks }: ReplacementJudgement): Text {
  if (checks.some(({ outcome }) => outcome === "bad")) {
    return text(`${file}: do not upload it`, `${file}: アップロードしないでください`);
  }
  if (leftToCheck.length === 0) return text(`${file} can replace the file in use`, `${file} で更新できます`);
  const { en, ja } = joinTexts(
    leftToCheck.map((id) => CHECK_LABELS[id]),
    text(", ", "、"),
  );
  return safe
    ? text(
        `${file} can replace the file in use once you have checked: ${en}`,
        `${file}: 次の項目を確かめれば更新できます: ${ja}`,
      )
    : text(
        `${file}: do not upload it until you have checked: ${en}`,
        `${file}: 次の項目を確かめるまでアップロードしないでください: ${ja}`,
      );
}

const buildCheckColumns = (language: Language): readonly Column<Check>[] => [
  { key: "check", header: text("check", "確認項目"), value: ({ id }) => id, name: ({ id }) => CHECK_LABELS[id] },
  {
    key: "result",
    header: text("result", "結果"),
    value: ({ outcome }) => outcome,
    name: ({ outcome }) => OUTCOME_LABELS[outcome],
  },
  { key: "why", advice: true, header: text("reason", "理由"), value: ({ what }) => what[language] },
];

const OUTCOME_LABELS = {
  good: text("ok", "問題なし"),
  warning: text("warning", "警告"),
  bad: text("failed", "不可"),
  unknown: text("unknown", "不明"),
} as const;

/** Rejects an unreadable file in the same way as a wrong file, because it does not prove anything. */
export function rejectUnreadableFile(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new Failure("input-rejected", error);
}

/**
 * Reads the item to compare from a file. Push certificates take precedence over other items. If several items have the
 * same identity, the newest counts.
 *
 * @throws Failure `input-rejected` if the file contains several different items
 */
export async function readComparedItem(file: NamedFileContent, openers: ReadOptions): Promise<Renewable> {
  const found = await readRenewables(file, openers);
  const pushes = found.filter(({ expiring }) => expiring.kind === "push-certificate");
  const newest = findNewestFile(pushes.length > 0 ? pushes : found);
  if (newest !== undefined) return newest;
  throw new Failure("input-rejected", {
    what: text("the file contains several certificates", "このファイルには証明書が複数あります"),
    where: file.name,
    hint: text(
      "use a file that contains only the certificate to compare",
      "比べる証明書だけのファイルを指定してください",
    ),
  });
}
