import { line } from "../../lib/advice/index.ts";
import type { PushCertificate } from "../../lib/client/index.ts";
import { REQUEST_FILE } from "../../lib/model/ade.ts";
import { countDaysLeft } from "../../lib/model/time.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { resolveTimezone } from "../tools.ts";
import {
  describeStepsAfterRequest,
  PUSH_CERTIFICATE_IN_CONSOLE,
  PUSH_CERTIFICATE_PURPOSE,
  resolvePortal,
  PUSH_COLUMNS,
} from "./columns.ts";

export default defineCommand({
  summary: text("show the push certificate and what to do next", "プッシュ通知証明書の状態と次の操作を表示する"),
  details: [PUSH_CERTIFICATE_PURPOSE],
  args: {},
  options: {},
  examples: [{ line: "clomoctl push-cert status" }, { line: "clomoctl push-cert status --format json" }],
  exits: ["not-permitted"],
  async run(tools) {
    const { terminal, clock } = tools;
    const tenant = await tools.tenant("push-certificate", "tenant", "ade");
    const { client } = tenant;
    const certificate = await client["push-certificate"].show();
    await terminal.show(PUSH_COLUMNS, certificate);
    const { mirroredAt } = await client.tenant.show();
    const isFenced = mirroredAt !== null && !certificate.simulator;
    const steps = async (): Promise<readonly Text[]> =>
      certificate.request === null
        ? describeRenewalSteps(certificate, clock.now(), resolveTimezone(tools, tenant))
        : [REQUEST_PENDING, ...describeStepsAfterRequest(certificate, await resolvePortal(client, certificate))];
    for (const line of isFenced ? [PUSH_CERTIFICATE_IN_CONSOLE] : await steps()) await terminal.note(line);
  },
});

/**
 * Number of days before expiry from which renewal is proposed. CLOMO sends its first email three months before expiry.
 * @see facts 3.2
 */
const RENEWAL_WINDOW_DAYS = 90;

/**
 * Note for a request without a certificate. It proposes to write the request again, because an older file may contain
 * another request.
 */
const REQUEST_PENDING = text(
  `a signing request is waiting for its certificate; to write the request again: ${line("push-certificate csr", [], { output: REQUEST_FILE })}`,
  `CSR に対応する証明書を待っています。CSR をもう一度書き出すには: ${line("push-certificate csr", [], { output: REQUEST_FILE })}`,
);

function describeRenewalSteps(
  { expiresAt, appleAccount }: PushCertificate,
  now: Date,
  timezone: string,
): readonly Text[] {
  const days = expiresAt === null ? undefined : countDaysLeft(expiresAt, now, timezone);
  if (days !== undefined && days > RENEWAL_WINDOW_DAYS) {
    return [text(`nothing to do: ${days} days left`, `次の操作はありません。残り ${days} 日です`)];
  }
  const csr = line("push-certificate csr", [], { email: appleAccount ?? "MAIL", name: "NAME", output: REQUEST_FILE });
  if (expiresAt === null || days === undefined) {
    return [
      text(
        `no push certificate yet; start with a signing request: ${csr}`,
        `プッシュ通知証明書はまだありません。まず CSR を作成します: ${csr}`,
      ),
    ];
  }
  return [
    Date.parse(expiresAt) <= now.getTime()
      ? text(
          `expired: commands no longer reach the devices. Renew the certificate now: ${csr}`,
          `期限切れです。デバイスに命令が届きません。すぐに更新してください: ${csr}`,
        )
      : text(`${days} days left; to renew it: ${csr}`, `残り ${days} 日です。更新するには: ${csr}`),
  ];
}
