import { readSigningRequest } from "../../lib/apple/index.ts";
import type { RequestFile } from "../../lib/renewals/replacement/check.ts";
import { judgeReplacement } from "../../lib/renewals/replacement/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { zoneInEffect, type Tools } from "../tools.ts";
import { MAX_BYTES } from "../../lib/model/renewal.ts";
import { OPENING_OPTIONS } from "./items/options.ts";
import { readOpeners } from "./items/read-options.ts";
import { readNamedFile, type ReadFile } from "../../lib/files/index.ts";
import { refuse, rehearses, showJudgement, theOne } from "./judgement.ts";

export default defineCommand({
  summary: text(
    "check that a new certificate or token can replace the current one",
    "新しい証明書やトークンで更新してよいかを確かめる",
  ),
  details: [
    text(
      "Compares both files before you upload anything. Exits with 0 if the new one is right, 3 if it is not or a file cannot be read; every check is listed with its reason. The verdict is `can replace it` only if everything that identifies the new file was compared. Otherwise it names what you have to check yourself, such as a VPP location of full-width characters (Apple writes each as _): exit 0, or 3 with --strict.",
      "アップロードする前に 2 つのファイルを比べます。更新してよければ終了コード 0、そうでないときやファイルが読めないときは 3 で、確認した項目と理由をすべて一覧します。「更新できます」と表示するのは、新しいファイルを特定する項目をすべて比較できたときだけです。比較できなかった項目(全角文字の VPP の場所など。Apple は全角文字を 1 文字ずつ _ と書きます)は、確かめる項目として示します。その場合の終了コードは 0 で、--strict を付けると 3 です。",
    ),
    text(
      "For a push certificate, use --csr too: the console rejects a certificate that was made from another CSR. Its issuer is compared by name and key identifier, and its signature is checked with Apple's certificates, as far as this program has them. For an ADE server token the key that it was made for is compared; with --key the consumer key is compared too, if your key opens both files.",
      "プッシュ通知証明書では --csr も指定してください。別の CSR ファイルから作った証明書は CLOMO PANEL で拒否されます。発行者は名前と鍵の識別子で比較し、署名はこのプログラムにある Apple の証明書で確かめます。ADE サーバートークンは、どの鍵で暗号化されているかを比較します。--key の鍵で両方を復号できれば、consumer key も比較します。",
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
      about: text("also reject what is doubtful or left to check", "疑わしいものや、確かめる項目が残るものも拒否する"),
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
    const { clock } = tools;
    tools.describeState(() =>
      text("nothing was changed: files are only read", "読み込みだけなので、何も変更していません"),
    );
    const timezone = await zoneInEffect(tools);
    const openers = await readOpeners(tools, input).catch(refuse);
    const current = theOne(await readFile(tools, input.current), openers);
    const next = theOne(await readFile(tools, input.new), openers);
    const csr = input.csr === undefined ? undefined : await readRequest(tools, input.csr);
    const simulator = await rehearses(tools, next);
    const circumstances = { csr, now: clock.now(), strict: input.strict, simulator, timezone };
    const judgement = judgeReplacement(current, next, circumstances);
    return showJudgement(tools, { file: input.new, kind: next.expiring.kind }, judgement);
  },
});

const readFile = (tools: Tools, name: string): Promise<ReadFile> => readNamedFile(tools, name, MAX_BYTES).catch(refuse);

async function readRequest(tools: Tools, name: string): Promise<RequestFile> {
  const file = await readFile(tools, name);
  return { request: readSigningRequest(file), writtenAt: file.writtenAt };
}
