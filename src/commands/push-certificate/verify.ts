import type { PushCertificate, RenewalItem } from "../../lib/client/index.ts";
import { readNamedFile, type ReadFile } from "../../lib/files/index.ts";
import { MAX_BYTES } from "../../lib/model/renewal.ts";
import type { Current } from "../../lib/renewals/replacement/check.ts";
import { judgeReplacement } from "../../lib/renewals/replacement/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { refuse, showJudgement, theOne } from "../renewals/judgement.ts";
import { zoneOf, type Tools } from "../tools.ts";
import { NOT_FOR_CLOMO } from "./columns.ts";

export default defineCommand({
  summary: text(
    "check that a new push certificate can replace the one in use",
    "新しいプッシュ通知証明書で更新してよいかを確かめる",
  ),
  details: [
    NOT_FOR_CLOMO,
    text(
      "Compares it with the certificate of this tenant, or what is recorded of it among the renewals, and with the staged signing request; nothing is changed. Exits with 0 if it can be uploaded, 3 if not. With files alone: `renewals verify`.",
      "このテナントの証明書(なければ更新期限の記録)と、作成済みの CSR に照らして確かめます。何も変更しません。アップロードしてよければ終了コード 0、そうでなければ 3 です。ファイルだけで比べるには `renewals verify` を使います。",
    ),
  ],
  args: {
    new: { kind: "file", value: "NEW", required: true, about: text("the new certificate", "新しい証明書") },
  },
  options: {
    current: {
      kind: "file",
      value: "FILE",
      about: text("the certificate in use (default: the tenant's)", "使用中の証明書(既定: テナントのもの)"),
    },
  },
  examples: [
    { line: "clomoctl push-cert verify MDM_Certificate.pem" },
    { line: "clomoctl push-cert verify MDM_Certificate.pem --current last-year.pem" },
  ],
  exits: ["input-rejected", "not-permitted"],
  async run(tools, { new: typed, current: former }) {
    const next = theOne(await readFile(tools, typed), {});
    const given = former === undefined ? undefined : theOne(await readFile(tools, former), {});
    const tenant = await tools.tenant("push-certificate", "renewals");
    const state = await tenant.client["push-certificate"].show();
    const current = given ?? currentOf(state, await tenant.client.renewals.list());
    const judgement = judgeReplacement(current, next, {
      csr: requestOf(state),
      now: tools.clock.now(),
      strict: false,
      simulator: state.simulator,
      timezone: zoneOf(tools, tenant),
    });
    return showJudgement(tools, { file: typed, kind: next.expiring.kind }, judgement);
  },
});

/** A file that cannot be read proves nothing. */
const readFile = (tools: Tools, name: string): Promise<ReadFile> => readNamedFile(tools, name, MAX_BYTES).catch(refuse);

const requestOf = ({ request }: PushCertificate) =>
  request === null
    ? undefined
    : {
        request: { publicKey: request.publicKey, vendorSigned: false },
        writtenAt: new Date(request.createdAt),
      };

/** The tenant's own, else the one push certificate that is recorded: of several nobody knows which one it is. */
function currentOf(state: PushCertificate, items: readonly RenewalItem[]): Current | null {
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
