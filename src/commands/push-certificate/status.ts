import type { PushCertificate } from "../../lib/client/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { IN_CONSOLE, NOT_FOR_CLOMO, PUSH_COLUMNS, REQUEST_FILE, inPortal } from "./columns.ts";

export default defineCommand({
  summary: text("show the push certificate, and what to type next", "プッシュ通知証明書の状態と次の操作を表示する"),
  details: [NOT_FOR_CLOMO],
  args: {},
  options: {},
  examples: [{ line: "clomoctl push-cert status" }, { line: "clomoctl push-cert status --format json" }],
  exits: ["not-permitted"],
  async run(tools) {
    const { terminal, clock } = tools;
    const { client } = await tools.tenant("push-certificate", "tenant");
    const certificate = await client["push-certificate"].show();
    await terminal.show(PUSH_COLUMNS, certificate);
    const { mirroredAt } = await client.tenant.show();
    const isFenced = mirroredAt !== null && !certificate.simulator;
    for (const line of isFenced ? [IN_CONSOLE] : nextSteps(certificate, clock.now())) await terminal.note(line);
  },
});

const DAY_MS = 24 * 60 * 60 * 1000;

/** CLOMO's own mails begin three months before. @see facts 3.2 */
const SOON_DAYS = 90;

function nextSteps(certificate: PushCertificate, now: Date): readonly Text[] {
  const { request, expiresAt } = certificate;
  if (request !== null) {
    const line = "clomoctl push-cert upload FILE --apple-account MAIL";
    const portal = inPortal(certificate);
    return [
      text(
        `a signing request waits for its certificate: ${portal.en}; then: ${line}`,
        `CSR に対応する証明書を待っています。${portal.ja}。その後: ${line}`,
      ),
    ];
  }
  const days = expiresAt === null ? undefined : Math.floor((Date.parse(expiresAt) - now.getTime()) / DAY_MS);
  if (days !== undefined && days > SOON_DAYS) {
    return [text(`nothing to do: ${days} days left`, `次の操作はありません。残り ${days} 日です`)];
  }
  const line =
    expiresAt === null
      ? `clomoctl push-cert csr --email MAIL --name NAME -o ${REQUEST_FILE}`
      : `clomoctl push-cert csr --email ${certificate.appleAccount ?? "MAIL"} --name NAME -o ${REQUEST_FILE}`;
  if (days === undefined) {
    return [
      text(
        `no push certificate yet; begin with a signing request: ${line}`,
        `プッシュ通知証明書はまだありません。まず CSR を作成します: ${line}`,
      ),
    ];
  }
  return [
    days < 0
      ? text(
          `expired: no command reaches the devices. Renew it now: ${line}`,
          `期限切れです。デバイスに命令が届きません。すぐに更新してください: ${line}`,
        )
      : text(`${days} days left; to renew it: ${line}`, `残り ${days} 日です。更新するには: ${line}`),
  ];
}
