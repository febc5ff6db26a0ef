import type { PushCertificate } from "../../lib/client/index.ts";
import { REQUEST_FILE } from "../../lib/model/ade.ts";
import { daysLeft } from "../../lib/model/time.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { shownOption } from "../../lib/text/shell-word.ts";
import { defineCommand } from "../command.ts";
import { zoneOf } from "../tools.ts";
import { afterRequest, IN_CONSOLE, NOT_FOR_CLOMO, portalOf, PUSH_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("show the push certificate, and what to type next", "プッシュ通知証明書の状態と次の操作を表示する"),
  details: [NOT_FOR_CLOMO],
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
        ? renewalSteps(certificate, clock.now(), zoneOf(tools, tenant))
        : [WAITS, ...afterRequest(certificate, await portalOf(client, certificate))];
    for (const line of isFenced ? [IN_CONSOLE] : await steps()) await terminal.note(line);
  },
});

/** CLOMO's own mails begin three months before. @see facts 3.2 */
const SOON_DAYS = 90;

/** A file of before may have another request. */
const WAITS = text(
  `a signing request waits for its certificate; to write it once more: clomoctl push-cert csr -o ${REQUEST_FILE}`,
  `CSR に対応する証明書を待っています。CSR をもう一度書き出すには: clomoctl push-cert csr -o ${REQUEST_FILE}`,
);

function renewalSteps({ expiresAt, appleAccount }: PushCertificate, now: Date, timezone: string): readonly Text[] {
  const days = expiresAt === null ? undefined : daysLeft(expiresAt, now, timezone);
  if (days !== undefined && days > SOON_DAYS) {
    return [text(`nothing to do: ${days} days left`, `次の操作はありません。残り ${days} 日です`)];
  }
  const line = `clomoctl push-cert csr ${shownOption("--email", appleAccount ?? "MAIL")} --name NAME -o ${REQUEST_FILE}`;
  if (expiresAt === null || days === undefined) {
    return [
      text(
        `no push certificate yet; begin with a signing request: ${line}`,
        `プッシュ通知証明書はまだありません。まず CSR を作成します: ${line}`,
      ),
    ];
  }
  return [
    Date.parse(expiresAt) <= now.getTime()
      ? text(
          `expired: no command reaches the devices. Renew it now: ${line}`,
          `期限切れです。デバイスに命令が届きません。すぐに更新してください: ${line}`,
        )
      : text(`${days} days left; to renew it: ${line}`, `残り ${days} 日です。更新するには: ${line}`),
  ];
}
