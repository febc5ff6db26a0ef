import type { PushCertificate, RenewalItem } from "../../lib/client/index.ts";
import { readNamedFile, type NamedFileContent } from "../../lib/files/index.ts";
import { MAX_RENEWAL_FILE_BYTES } from "../../lib/model/renewal.ts";
import type { CurrentItem } from "../../lib/renewals/replacement/check.ts";
import { judgeReplacement } from "../../lib/renewals/replacement/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { rejectUnreadableFile, showJudgement, readComparedItem } from "../renewals/judgement.ts";
import { resolveTimezone, type Tools } from "../tools.ts";
import { PUSH_CERTIFICATE_PURPOSE } from "./columns.ts";

export default defineCommand({
  summary: text(
    "check whether a new push certificate can replace the one in use",
    "新しいプッシュ通知証明書で更新してよいかを確かめる",
  ),
  details: [
    PUSH_CERTIFICATE_PURPOSE,
    text(
      "Compares the new certificate with the tenant's certificate (or with the recorded renewal item) and with the pending signing request. Changes nothing. Exits with 0 if the certificate can be uploaded, 3 if not. To compare files only, use `renewals verify`.",
      "このテナントの証明書(なければ年次更新・期限の記録)と、作成済みの CSR に照らして確かめます。何も変更しません。アップロードしてよければ終了コード 0、そうでなければ 3 です。ファイルだけで比べるには `renewals verify` を使います。",
    ),
  ],
  args: {
    new: { kind: "file", value: "NEW", required: true, about: text("the new certificate", "新しい証明書") },
  },
  options: {
    current: {
      kind: "file",
      value: "FILE",
      about: text("the certificate in use (default: the tenant's certificate)", "使用中の証明書(既定: テナントのもの)"),
    },
  },
  examples: [
    { line: "clomoctl push-cert verify MDM_Certificate.pem" },
    { line: "clomoctl push-cert verify MDM_Certificate.pem --current last-year.pem" },
  ],
  exits: ["input-rejected", "not-permitted"],
  async run(tools, { new: typed, current: former }) {
    const next = readComparedItem(await readCertificateFile(tools, typed), {});
    const given = former === undefined ? undefined : readComparedItem(await readCertificateFile(tools, former), {});
    const tenant = await tools.tenant("push-certificate", "renewals");
    const state = await tenant.client["push-certificate"].show();
    const current = given ?? findCurrentCertificate(state, await tenant.client.renewals.list());
    const judgement = judgeReplacement(current, next, {
      csr: toRequestFile(state),
      now: tools.clock.now(),
      strict: false,
      simulator: state.simulator,
      timezone: resolveTimezone(tools, tenant),
    });
    return showJudgement(tools, { file: typed, kind: next.expiring.kind }, judgement);
  },
});

/** Reads a certificate file. An unreadable file is rejected like a wrong certificate, because it proves nothing. */
const readCertificateFile = (tools: Tools, name: string): Promise<NamedFileContent> =>
  readNamedFile(tools, name, MAX_RENEWAL_FILE_BYTES).catch(rejectUnreadableFile);

const toRequestFile = ({ request }: PushCertificate) =>
  request === null
    ? undefined
    : {
        request: { publicKey: request.publicKey, vendorSigned: false },
        writtenAt: new Date(request.createdAt),
      };

/**
 * Returns the tenant's own certificate. If the tenant does not have a certificate, returns the recorded push
 * certificate;
 * returns null if several are recorded, because it is not known which of them is in use.
 */
function findCurrentCertificate(state: PushCertificate, items: readonly RenewalItem[]): CurrentItem | null {
  const { topic, name, expiresAt, validFrom, fingerprint, publicKey, issuedByApple, issuer, issuerKeyId } = state;
  if (topic !== null && fingerprint !== null) {
    return {
      expiring: {
        kind: "push-certificate",
        name: name ?? topic,
        expiresAt,
        validFrom,
        certainty: "exact",
        fingerprint,
        topic,
        organisation: null,
      },
      evidence: {
        of: "certificate",
        issuer: { name: issuer ?? "", namesApple: issuedByApple === true, keyId: issuerKeyId },
        signature: "unknown",
        publicKey,
      },
    };
  }
  const [item, ...others] = items.filter(({ kind }) => kind === "push-certificate");
  return item === undefined || others.length > 0 ? null : { expiring: { ...item, validFrom: null } };
}
