import { createHash } from "node:crypto";
import { compareByUrgency, describeFindings, type Finding } from "../../lib/renewals/finding.ts";
import { createDeliverer, sendHeartbeat } from "../../lib/renewals/notify/deliver.ts";
import { buildMessage } from "../../lib/renewals/notify/message.ts";
import {
  describeUnknownContext,
  isForContext,
  toRecipientId,
  deliverReminders,
  type DeliverMessage,
  type RecipientId,
} from "../../lib/renewals/notify/send.ts";
import { NOTIFY_FILE, readNotifySettings } from "../../lib/renewals/notify/secret.ts";
import type { NotifySettings } from "../../lib/renewals/notify/settings-schema.ts";
import { shortenText, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../kit/tools.ts";
import { buildMonthlyOverview, createDeliveryFinding, DAILY_RUN, type TenantFindings } from "./findings.ts";
import { ignoreFailure, Failure } from "../../lib/errors/index.ts";
import { FINDING_STAGE } from "../../lib/nouns/renewal.ts";
import { createStableId } from "../../lib/renewals/stages.ts";
import { join } from "node:path";
import { withSettingsLock } from "../../lib/config/settings-lock.ts";
import { ensureFolder, readSmallFile, writeProgramFile } from "../../lib/files/index.ts";

type ReportedFinding = Pick<Finding, "id" | "context">;

const keyOf = ({ context, id }: ReportedFinding): string => `${context} ${id}`;

const getRunFolder = ({ home }: Pick<Tools, "home">): string => join(home.folder, "runs");

const MAX_FINDINGS_FILE_BYTES = 10_000_000;
const LOCK_PAUSE_MS = 50;

class ReportedFindings {
  readonly #tools: Tools;
  /** number of messages sent so far; a repeated message keeps this number, so that its Message-ID does not change */
  messages = 0;
  #told: Record<string, readonly string[]> = {};

  private constructor(tools: Tools) {
    this.#tools = tools;
  }

  static async read(tools: Tools): Promise<ReportedFindings> {
    const told = new ReportedFindings(tools);
    const file = await readSmallFile(told.#path, MAX_FINDINGS_FILE_BYTES).catch(() => undefined);
    try {
      type Known = Partial<ReturnType<typeof told.toJSON>>;
      const { messages = 0, told: known = {} } = JSON.parse(Buffer.from(file?.bytes ?? []).toString("utf8")) as Known;
      [told.messages, told.#told] = [messages, known];
    } catch {
      // without a readable file, all findings count as new
    }
    return told;
  }

  /** Does nothing if another process with the same home folder is reporting findings. */
  static async whileAlone(tools: Tools, report: () => Promise<void>): Promise<void> {
    const pause = (): Promise<void> => tools.clock.wait(LOCK_PAUSE_MS, tools.signal);
    await ensureFolder(getRunFolder(tools));
    await withSettingsLock(getRunFolder(tools), pause, report).catch((error: unknown) => {
      if (!(error instanceof Failure) || error.code !== "locked") throw error;
    });
  }

  get #path(): string {
    return join(getRunFolder(this.#tools), "told.json");
  }

  isNew(finding: ReportedFinding, to: string): boolean {
    return this.#told[keyOf(finding)]?.includes(to) !== true;
  }

  async add(findings: readonly ReportedFinding[], to: string): Promise<void> {
    for (const finding of findings) this.#told[keyOf(finding)] = [...(this.#told[keyOf(finding)] ?? []), to];
    this.messages += 1;
    await this.#write();
  }

  async forgetAllBut(findings: readonly ReportedFinding[], contexts: readonly string[]): Promise<void> {
    const [current, all] = [new Set(findings.map(keyOf)), Object.keys(this.#told)];
    const isOld = (key: string): boolean =>
      / month [-\d]+$/.test(key) || contexts.some((name) => key.startsWith(`${name} `));
    const gone = all.filter((key) => !current.has(key) && isOld(key));
    if (gone.length === 0) return;
    for (const key of gone) delete this.#told[key];
    await this.#write();
  }

  toJSON() {
    return { messages: this.messages, told: this.#told };
  }

  async #write(): Promise<void> {
    await writeProgramFile(this.#path, `${JSON.stringify(this)}\n`, { ...this.#tools.temporary, secret: true });
  }
}

/** Records in the tenant whether the recipient got the finding. */
type SettleFinding = (error: string | null) => Promise<unknown>;

const KEPT_IN_HOME: SettleFinding = () => Promise.resolve();

/**
 * Reserves a finding of today in its tenant, so that of several computers only one tells it. Returns undefined if another
 * one does. If the tenant cannot be written, only the home records what was told.
 */
async function claimFinding(
  tools: Tools,
  all: readonly TenantFindings[],
  { id, context }: Finding,
  to: RecipientId,
): Promise<SettleFinding | undefined> {
  // a line about several tenants is recorded in the first of them
  const name = context?.split(" ")[0];
  const place = all.find((one) => one.isReadable && one.context.name === name)?.context;
  if (place === undefined) return KEPT_IN_HOME;
  const { client } = await tools.tenantOf(place, "renewals");
  const expiresAt = `${tools.clock.now().toISOString().slice(0, 10)}T00:00:00.000Z`;
  const key = { itemId: createStableId(id), expiresAt, stage: FINDING_STAGE, ...to };
  const claim = await ignoreFailure(() => client.renewals.claimNotice(key));
  if (claim === undefined) return KEPT_IN_HOME;
  if (!claim.claimed) return undefined;
  return (error) =>
    ignoreFailure(() =>
      client.renewals.settleNotice(claim.notice.id, { state: error === null ? "sent" : "failed", error }),
    );
}

const PRINTED_RECIPIENT = "";

const MAX_SUBJECT_LENGTH = 80;

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
  // what the last daily run did is told by what this one finds
  const found = all.flatMap(({ findings }) => findings).filter(({ id }) => !id.startsWith(`job ${DAILY_RUN} `));
  const failed = await deliverReminders({
    tenants: all.flatMap(({ reminders }) => reminders ?? []),
    settings,
    now: tools.clock.now(),
    deliver,
    signal: tools.signal,
  });
  const names = (await tools.contexts.list()).map(({ name }) => name);
  const unknown = settings.recipients.flatMap((recipient) => {
    const reason = describeUnknownContext(recipient, names);
    return reason === undefined ? [] : [{ ...createDeliveryFinding([], recipient.name, reason), tenant: NOTIFY_FILE }];
  });
  const findings = [
    ...found,
    ...unknown,
    ...failed.map(({ recipient, tenants, reason }) => createDeliveryFinding(tenants, recipient.name, reason)),
  ];
  await ReportedFindings.whileAlone(tools, () => reportNewFindings({ tools, all, settings, deliver, findings, print }));
  for (const heartbeat of settings.heartbeats ?? []) {
    const fault = await sendHeartbeat(heartbeat, tools.home);
    if (fault !== undefined)
      addFailedDelivery(findings, createDeliveryFinding(listTenants(found), heartbeat.name, fault));
  }
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
  const readable = all.filter(({ isReadable }) => isReadable);
  const monthFor = (isFor: (one: Pick<Finding, "context">) => boolean): readonly Finding[] => {
    const own = readable.filter(({ context: { name } }) => isFor({ context: name }));
    return own.length === 0 ? [] : [buildMonthlyOverview(tools.clock.now(), own)];
  };
  const month = monthFor(() => true);
  const months = [
    ...month,
    ...settings.recipients.flatMap((one) => monthFor((of) => isForContext(one, of.context ?? ""))),
  ];
  await told.forgetAllBut(
    [...findings, ...months],
    all.map(({ context }) => context.name),
  );
  for (const recipient of settings.recipients) {
    tools.signal.throwIfAborted();
    const to = toRecipientId(recipient);
    const key = `${to.way} ${to.recipient}`;
    const isFor = (one: Pick<Finding, "context">): boolean => isForContext(recipient, one.context ?? "");
    const news = [...findings.filter(isFor), ...monthFor(isFor)].toSorted(compareByUrgency);
    const unknown = news.filter((one) => told.isNew(one, key) && !isReminder(all, one));
    const claims = await Array.fromAsync(unknown, (one) => claimFinding(tools, all, one, to));
    const fresh = unknown.filter((_, at) => claims[at] !== undefined);
    if (fresh.length < unknown.length)
      await told.add(
        unknown.filter((one) => !fresh.includes(one)),
        key,
      );
    if (fresh.length === 0) continue;
    const messageId = createMessageId(`${told.messages} ${key} ${fresh.map(({ id }) => id).join("\n")}`);
    const { language } = recipient;
    const lines = describeFindings(fresh);
    const message = await buildMessage({ subject: buildSubject(fresh), lines, language, messageId });
    const fault = await deliver(recipient, message);
    for (const settle of claims) await settle?.(fault?.en.slice(0, 2000) ?? null);
    if (fault === undefined) await told.add(fresh, key);
    // do not record the findings as reported, so that the next run sends them again
    else addFailedDelivery(findings, createDeliveryFinding(listTenants(fresh), recipient.name, fault));
  }
  // print failed deliveries in every run, because the recipients did not get the messages
  const unreached = findings.filter(({ group }) => group === "reminders");
  const news = [...findings, ...month].toSorted(compareByUrgency);
  const fresh = [...unreached, ...news.filter((one) => !unreached.includes(one) && told.isNew(one, PRINTED_RECIPIENT))];
  await print(fresh);
  if (fresh.length > 0) await told.add(fresh, PRINTED_RECIPIENT);
}

/** Says that the run failed, without a record, because the home may be what fails. */
export async function reportFailedRun(tools: Tools, failure: Text): Promise<void> {
  const settings = await readNotifySettings(tools.home);
  if (settings === undefined) return;
  const deliver = createDeliverer(settings, tools.home);
  const what = text(`${DAILY_RUN} could not run: ${failure.en}`, `${DAILY_RUN} を実行できませんでした: ${failure.ja}`);
  const subject = text(`[clomoctl] ${what.en}`, `【clomoctl】${what.ja}`);
  const messageId = createMessageId(`${tools.clock.now().toISOString().slice(0, 10)} ${what.en}`);
  for (const recipient of settings.recipients) {
    const message = await buildMessage({ subject, lines: [what], language: recipient.language, messageId });
    await deliver(recipient, message);
  }
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
