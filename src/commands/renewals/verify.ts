import { readRenewables, readSigningRequest, type ReadOptions, type Renewable } from "../../lib/apple/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { type Check, CHECKS, type Judgement, type RequestFile } from "../../lib/renewals/replacement/check.ts";
import { judgeReplacement } from "../../lib/renewals/replacement/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Language, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { zoneInEffect, type Tools } from "../tools.ts";
import { MOST_BYTES } from "../../lib/model/renewal.ts";
import { OPENING_OPTIONS } from "./items/options.ts";
import { readOpeners } from "./items/read-options.ts";
import { readNamedFile, type ReadFile } from "../../lib/files/index.ts";

export default defineCommand({
  summary: text(
    "check that a new certificate or token can replace the current one",
    "新しい証明書やトークンで更新してよいかを確かめる",
  ),
  details: [
    text(
      "Compares both files before you upload anything. Exits with 0 if the new one is right, 3 if it is not or a file cannot be read; every check is listed with its reason. What the files do not tell, such as a VPP location of full-width characters (Apple writes each as _), is named as left to check: 0 all the same, 3 with --strict.",
      "アップロードする前に 2 つのファイルを比べます。更新してよければ終了コード 0、そうでないときやファイルが読めないときは 3 で、確認した項目と理由をすべて一覧します。全角文字の VPP の場所(Apple は 1 文字ずつ _ と書きます)など、ファイルからはわからないことは、確かめる項目として示します。その場合も終了コードは 0 で、--strict を付けると 3 です。",
    ),
    text(
      "For a push certificate, use --csr too: the console rejects a certificate that was made from another CSR.",
      "プッシュ通知証明書では --csr も指定してください。別の CSR ファイルから作った証明書は CLOMO PANEL で拒否されます。",
    ),
  ],
  args: {},
  options: {
    current: { kind: "file", value: "OLD", required: true, about: text("the file in use", "現在使っているファイル") },
    new: { kind: "file", value: "NEW", required: true, about: text("the new file", "新しいファイル") },
    csr: {
      kind: "file",
      value: "CSR",
      about: text(
        "the CSR the new certificate was made from (CertificateSigningRequest.csr)",
        "新しい証明書のもとになった CSR ファイル(CertificateSigningRequest.csr)",
      ),
    },
    ...OPENING_OPTIONS,
    strict: {
      kind: "boolean",
      about: text(
        "also reject what is doubtful, such as a certificate not issued by Apple, or left to check",
        "Apple 以外が発行した証明書など疑わしいものや、確かめる項目が残るものも拒否する",
      ),
    },
  },
  examples: [
    {
      line: "clomoctl renewals verify --current push.pem --new MDM_Certificate.pem --csr CertificateSigningRequest.csr",
    },
    {
      line: "clomoctl renewals verify --current 本社_Token_2026-03-01T05-00-00Z_smime.p7m --new 本社_Token_2027-02-20T05-00-00Z_smime.p7m",
    },
  ],
  exits: ["input-rejected"],
  opensTenant: false,
  readsTenants: true,
  async run(tools, input) {
    const { terminal, clock } = tools;
    tools.describeState(() =>
      text("nothing was changed: files are only read", "読み込みだけなので、何も変更していません"),
    );
    const timezone = await zoneInEffect(tools);
    const openers = await readOpeners(tools, input).catch(refuse);
    const current = theOne(await readFile(tools, input.current), openers);
    const next = theOne(await readFile(tools, input.new), openers);
    const csr = input.csr === undefined ? undefined : await readRequest(tools, input.csr);
    const circumstances = { csr, now: clock.now(), strict: input.strict, timezone };
    const judgement = judgeReplacement(current, next, circumstances);
    await terminal.list(columnsIn(terminal.language), judgement.checks);
    const said = verdict(input.new, judgement);
    await (judgement.safe ? terminal.note(said) : terminal.problem(said));
    return judgement.safe ? undefined : "input-rejected";
  },
});

/** What to do with the new file, in one line. */
function verdict(file: string, { safe, leftToCheck, checks }: Judgement): Text {
  const [en, ja] = (["en", "ja"] as const).map((language) => leftToCheck.map((id) => CHECKS[id][language]));
  const left = { en: en?.join(", ") ?? "", ja: ja?.join("、") ?? "" };
  if (checks.some(({ outcome }) => outcome === "bad")) {
    return text(`${file}: do not upload it`, `${file}: アップロードしないでください`);
  }
  if (left.en === "") return text(`${file} can replace it`, `${file} で更新できます`);
  return safe
    ? text(
        `${file} can replace it once you have checked, as the files do not tell: ${left.en}`,
        `${file}: ファイルからはわからない項目を確かめれば更新できます: ${left.ja}`,
      )
    : text(
        `${file}: do not upload it before you have checked, as the files do not tell: ${left.en}`,
        `${file}: ファイルからはわからない項目を確かめるまでアップロードしないでください: ${left.ja}`,
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
function refuse(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new Failure("input-rejected", error);
}

const readFile = (tools: Tools, name: string): Promise<ReadFile> =>
  readNamedFile(tools, name, MOST_BYTES).catch(refuse);

/** @throws Failure `input-rejected` unless the file holds one thing to compare; of several the push certificate */
function theOne(file: ReadFile, openers: ReadOptions): Renewable {
  const found = readRenewables(file, openers);
  const pushes = found.filter(({ expiring }) => expiring.kind === "push-certificate");
  const [one, ...others] = pushes.length > 0 ? pushes : found;
  if (one !== undefined && others.length === 0) return one;
  throw new Failure("input-rejected", {
    what: text("the file contains several certificates", "このファイルには証明書が複数あります"),
    where: file.name,
    hint: text(
      "use a file that contains only the certificate to compare",
      "比べる証明書だけのファイルを指定してください",
    ),
  });
}

async function readRequest(tools: Tools, name: string): Promise<RequestFile> {
  const file = await readFile(tools, name);
  return { request: readSigningRequest(file), writtenAt: file.writtenAt };
}
