import { readSigningRequest } from "../../lib/apple/index.ts";
import type { RequestFile } from "../../lib/renewals/replacement/check.ts";
import { judgeReplacement } from "../../lib/renewals/replacement/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { resolveTimezoneWithoutTenant, type Tools } from "../tools.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../lib/model/renewal.ts";
import { DECRYPTION_OPTIONS } from "./items/options.ts";
import { readKeyFiles } from "./items/read-options.ts";
import { readNamedFile, type NamedFileContent } from "../../lib/files/index.ts";
import { rejectUnreadableFile, showJudgement, readComparedItem } from "./judgement.ts";

export default defineCommand({
  summary: text(
    "check whether a new certificate or token can replace the current one",
    "新しい証明書やトークンで更新してよいかを確かめる",
  ),
  details: [
    text(
      "Compares both files before you upload anything, and lists every check with its reason. The exit code is 0 if the new file can be used, and 3 if it cannot or if a file cannot be read. The verdict is `can replace the file in use` only if everything that identifies the new file was compared. Otherwise, it lists what you have to check yourself, such as a VPP location with full-width characters (Apple writes each as _): exit code 0, or 3 with --strict.",
      "アップロードする前に 2 つのファイルを比べます。更新してよければ終了コード 0、そうでないときやファイルが読めないときは 3 で、確認した項目と理由をすべて一覧します。「更新できます」と表示するのは、新しいファイルを特定する項目をすべて比較できたときだけです。比較できなかった項目(全角文字の VPP の場所など。Apple は全角文字を 1 文字ずつ _ と書きます)は、確かめる項目として示します。その場合の終了コードは 0 で、--strict を付けると 3 です。",
    ),
    text(
      "For a push certificate, also use --csr: the console rejects a certificate that was made from another CSR. The issuer is compared by name. For ADE server tokens, the encryption keys of both files are compared; with --key, the consumer keys are compared too if your key decrypts both files.",
      "プッシュ通知証明書では --csr も指定してください。別の CSR ファイルから作った証明書は CLOMO PANEL で拒否されます。発行者は名前で比較します。ADE サーバートークンは、どの鍵で暗号化されているかを比較します。--key の鍵で両方を復号できれば、consumer key も比較します。",
    ),
  ],
  args: {},
  options: {
    current: { kind: "file", value: "OLD", required: true, about: text("file in use", "現在使っているファイル") },
    new: { kind: "file", value: "NEW", required: true, about: text("new file", "新しいファイル") },
    csr: {
      kind: "file",
      value: "CSR",
      about: text(
        "CSR from which the new certificate was made (CertificateSigningRequest.csr)",
        "新しい証明書のもとになった CSR ファイル(CertificateSigningRequest.csr)",
      ),
    },
    ...DECRYPTION_OPTIONS,
    strict: {
      kind: "boolean",
      about: text(
        "also reject doubtful files and files that you still have to check",
        "疑わしいものや、確かめる項目が残るものも拒否する",
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
    const { clock } = tools;
    const timezone = await resolveTimezoneWithoutTenant(tools);
    const openers = await readKeyFiles(tools, input).catch(rejectUnreadableFile);
    const current = await readComparedItem(await readComparedFile(tools, input.current), openers);
    const next = await readComparedItem(await readComparedFile(tools, input.new), openers);
    const csr = input.csr === undefined ? undefined : await readCsrFile(tools, input.csr);
    const circumstances = { csr, now: clock.now(), strict: input.strict, timezone };
    const judgement = judgeReplacement(current, next, circumstances);
    return showJudgement(tools, { file: input.new, kind: next.expiring.kind }, judgement);
  },
});

const readComparedFile = (tools: Tools, name: string): Promise<NamedFileContent> =>
  readNamedFile(tools, name, MAX_RENEWAL_FILE_BYTES).catch(rejectUnreadableFile);

async function readCsrFile(tools: Tools, name: string): Promise<RequestFile> {
  const file = await readComparedFile(tools, name);
  return { request: await readSigningRequest(file), writtenAt: file.writtenAt };
}
