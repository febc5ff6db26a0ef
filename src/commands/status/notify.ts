import { createHash } from "node:crypto";
import { compareByUrgency, describeFindings, type Finding } from "../../lib/renewals/finding.ts";
import { createDeliverer } from "../../lib/renewals/notify/deliver.ts";
import { buildMessage } from "../../lib/renewals/notify/message.ts";
import { toRecipientId } from "../../lib/renewals/notify/recipients.ts";
import { deliverReminders, type DeliverMessage } from "../../lib/renewals/notify/send.ts";
import { readNotifySettings } from "../../lib/renewals/notify/settings-file.ts";
import type { NotifySettings, Recipient } from "../../lib/renewals/notify/settings-schema.ts";
import { shortenText } from "../../lib/renewals/output/plugin.ts";
import { text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import { createDeliveryFinding, buildMonthlyOverview, getMonthlyOverviewId, type TenantFindings } from "./findings.ts";
import { ReportedFindings } from "./reported-findings.ts";

const PRINTED_RECIPIENT = "";

const MAX_SUBJECT_LENGTH = 80;

const keyOf = (recipient: Recipient): string => {
  const { way, recipient: name } = toRecipientId(recipient);
  return `${way} ${name}`;
};

const isForRecipient = ({ contexts }: Recipient, { context }: Pick<Finding, "context">): boolean =>
  contexts?.includes(context ?? "") ?? true;

const isReminder = (all: readonly TenantFindings[], { context, item }: Finding): boolean =>
  all.some(
    ({ context: { name }, reminders }) =>
      name === context && reminders?.items.some(({ id }) => id === item?.id) === true,
  );

export async function notify(
  tools: Tools,
  all: readonly TenantFindings[],
  print: (findings: readonly Finding[]) => Promise<void>,
): Promise<readonly Finding[]> {
  const settings = (await readNotifySettings(tools.home)) ?? { language: tools.terminal.language, recipients: [] };
  const deliver = createDeliverer(settings, tools.home);
  tools.describeState(() => text("the next run sends the remaining messages", "未送信の通知は次の実行で送信します"));
  const found = all.flatMap(({ findings }) => findings);
  const failed = await deliverReminders({
    tenants: all.flatMap(({ reminders }) => reminders ?? []),
    settings,
    now: tools.clock.now(),
    deliver,
    signal: tools.signal,
  });
  const findings = [
    ...found,
    ...failed.map(({ recipient, tenants, reason }) => createDeliveryFinding(tenants, recipient.name, reason)),
  ];
  await ReportedFindings.whileAlone(tools, () => reportNewFindings({ tools, all, settings, deliver, findings, print }));
  return findings;
}

interface NewsRequest {
  readonly tools: Tools;
  readonly all: readonly TenantFindings[];
  readonly settings: NotifySettings;
  readonly deliver: DeliverMessage;
  readonly findings: Finding[];
  readonly print: (findings: readonly Finding[]) => Promise<void>;
}

async function reportNewFindings({ tools, all, settings, deliver, findings, print }: NewsRequest): Promise<void> {
  const told = await ReportedFindings.read(tools);
  const months = all.filter(({ isReadable }) => isReadable).map((one) => buildMonthlyOverview(tools.clock.now(), one));
  const unread = all.map(({ context, timezone }) => ({
    context: context.name,
    id: getMonthlyOverviewId(tools.clock.now(), timezone),
  }));
  await told.forgetAllBut(
    [...findings, ...unread],
    all.map(({ context }) => context.name),
  );
  const news = [...findings, ...months].toSorted(compareByUrgency);
  for (const recipient of settings.recipients) {
    tools.signal.throwIfAborted();
    const key = keyOf(recipient);
    const fresh = news.filter((one) => told.isNew(one, key) && !isReminder(all, one) && isForRecipient(recipient, one));
    if (fresh.length === 0) continue;
    const messageId = createMessageId(`${told.messages} ${key} ${fresh.map(({ id }) => id).join("\n")}`);
    const { language } = recipient;
    const lines = describeFindings(fresh);
    const message = await buildMessage({ subject: buildSubject(fresh), lines, language, messageId });
    const fault = await deliver(recipient, message);
    if (fault === undefined) await told.add(fresh, key);
    // do not record the findings as reported, so that the next run sends them again
    else addFailedDelivery(findings, createDeliveryFinding(listTenants(fresh), recipient.name, fault));
  }
  // print failed deliveries in every run, because the recipients did not get the messages
  const unreached = findings.filter(({ group }) => group === "reminders");
  const fresh = [...unreached, ...news.filter((one) => !unreached.includes(one) && told.isNew(one, PRINTED_RECIPIENT))];
  await print(fresh);
  if (fresh.length > 0) await told.add(fresh, PRINTED_RECIPIENT);
}

function addFailedDelivery(findings: Finding[], one: Finding): void {
  if (findings.every(({ id }) => id !== one.id)) findings.push(one);
}

const listTenants = (findings: readonly Finding[]) => [
  ...new Map(findings.map(({ context, tenant }) => [tenant, { context: context ?? "", tenant }])).values(),
];

const createMessageId = (content: string): string =>
  `${createHash("sha256").update(content).digest("hex").slice(0, 32)}@clomoctl.invalid`;

function buildSubject([first, ...others]: readonly Finding[]): Text {
  const { en, ja } = first?.what ?? text("", "");
  const [moreEn, moreJa] = others.length === 0 ? ["", ""] : [` and ${others.length} more`, ` ほか ${others.length} 件`];
  const tenant = first?.tenant ?? "";
  return text(
    `[clomoctl] ${tenant}: ${shortenText(en, MAX_SUBJECT_LENGTH)}${moreEn}`,
    `【clomoctl】${tenant}: ${shortenText(ja, MAX_SUBJECT_LENGTH)}${moreJa}`,
  );
}
