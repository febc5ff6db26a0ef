import { line } from "../../lib/advice/index.ts";
import { readRenewables, type ReadOptions, type Renewable } from "../../lib/apple/index.ts";
import { Failure, unlessFailing } from "../../lib/errors/index.ts";
import type { ReadFile } from "../../lib/files/index.ts";
import type { RenewalKind } from "../../lib/model/renewal.ts";
import { type Check, CHECKS, type Judgement } from "../../lib/renewals/replacement/check.ts";
import { newestOf } from "../../lib/renewals/succession.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joined, text, type Language, type Text } from "../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import type { Tools } from "../tools.ts";

/** The file that was judged. */
interface JudgedFile {
  readonly file: string;
  readonly kind: RenewalKind;
}

/** Shows whether a file may take the place of the one in use, each check with its reason. */
export async function showJudgement(
  { terminal, globals }: Pick<Tools, "terminal" | "globals">,
  { file, kind }: JudgedFile,
  judgement: Judgement,
): Promise<Outcome> {
  await terminal.list(columnsIn(terminal.language), judgement.checks);
  const said = verdict(file, judgement);
  if (terminal.onTerminal && (globals.format ?? "table") === "table") await explain(terminal, judgement);
  await (judgement.safe ? terminal.note(said) : terminal.problem(said));
  if (!judgement.safe && terminal.onTerminal) await terminal.note(nextFor(kind));
  return judgement.safe ? undefined : "input-rejected";
}

/**
 * Whether the tenant in effect rehearses with a simulator, which is asked about what one made alone. Where nothing says which
 * tenant, or it cannot be asked, it does not.
 */
export async function rehearses(tools: Tools, { simulated }: Pick<Renewable, "simulated">): Promise<boolean> {
  if (simulated !== true) return false;
  const { contexts, globals, environment } = tools;
  const found = await unlessFailing(async () => {
    const chosen = await contexts.inEffect(globals.context, environment);
    if (chosen === undefined) return false;
    const { context } = chosen;
    // looking makes no tenant
    if (context.kind === "embedded" && !contexts.holdsTenant(context)) return false;
    const { client } = await tools.tenantOf(context, "ade");
    return (await client.ade.show()).endpoint?.kind === "simulator";
  });
  return found === true;
}

/** Prints in full what a table cuts at the edge of the screen: why the file is refused, or what is left to check. */
async function explain(terminal: Tools["terminal"], { checks, leftToCheck }: Judgement): Promise<void> {
  for (const { id, outcome, what } of checks) {
    if (outcome !== "bad" && !leftToCheck.includes(id)) continue;
    const check = CHECKS[id];
    await terminal.note(text(`${check.en}: ${what.en}`, `${check.ja}: ${what.ja}`));
  }
}

const nextFor = (kind: RenewalKind): Text =>
  text(
    `how to get the right one, step by step: ${line("renewals guide", [kind])}`,
    `正しいものを入手する手順: ${line("renewals guide", [kind])}`,
  );

/** What to do with the new file, in one line. */
function verdict(file: string, { safe, leftToCheck, checks }: Judgement): Text {
  if (checks.some(({ outcome }) => outcome === "bad")) {
    return text(`${file}: do not upload it`, `${file}: アップロードしないでください`);
  }
  if (leftToCheck.length === 0) return text(`${file} can replace it`, `${file} で更新できます`);
  const { en, ja } = joined(
    leftToCheck.map((id) => CHECKS[id]),
    text(", ", "、"),
  );
  return safe
    ? text(`${file} can replace it once you have checked: ${en}`, `${file}: 次の項目を確かめれば更新できます: ${ja}`)
    : text(
        `${file}: do not upload it before you have checked: ${en}`,
        `${file}: 次の項目を確かめるまでアップロードしないでください: ${ja}`,
      );
}

const columnsIn = (language: Language): readonly Column<Check>[] => [
  { key: "check", header: text("check", "確認項目"), value: ({ id }) => id, name: ({ id }) => CHECKS[id] },
  {
    key: "result",
    header: text("result", "結果"),
    value: ({ outcome }) => outcome,
    name: ({ outcome }) => OUTCOMES[outcome],
  },
  { key: "why", header: text("why", "理由"), value: ({ what }) => what[language] },
];

const OUTCOMES = {
  good: text("ok", "問題なし"),
  warning: text("warning", "警告"),
  bad: text("bad", "不可"),
  unknown: text("unknown", "不明"),
} as const;

/** A file that cannot be read proves nothing, so it is refused like one that is not the right one. */
export function refuse(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new Failure("input-rejected", error);
}

/**
 * The thing in a file to compare: the push certificate before all else, and the newest of one identity.
 *
 * @throws Failure `input-rejected` if the file has several
 */
export function theOne(file: ReadFile, openers: ReadOptions): Renewable {
  const found = readRenewables(file, openers);
  const pushes = found.filter(({ expiring }) => expiring.kind === "push-certificate");
  const newest = newestOf(pushes.length > 0 ? pushes : found);
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
