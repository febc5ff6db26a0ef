import { Failure } from "../../errors/index.ts";
import type { RenewalItem } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import { Bounces, criticalWarnings, undatedWarnings } from "./warnings.ts";
import { codeOf } from "./outcome.ts";
import { workFor, type RecipientWork } from "./pending.ts";
import { itemsOfRecipients, type RecipientItems } from "./recipients.ts";
import { type Deliver, notNotified, type NoticeRow, NoticeSender } from "./sender.ts";
import { LoadedTenant, type NoticeTenant } from "./tenant.ts";
import type { NotifySettings, Recipient } from "./settings.ts";
import { titleOf } from "./digest.ts";

/** The input of a run. */
export interface NotifyRun {
  readonly tenants: readonly NoticeTenant[];
  readonly settings: NotifySettings;
  /** the moment that all of the run is about */
  readonly now: Date;
  /** the tenants' names matter: notices name them */
  readonly severalContexts: boolean;
  /** writes a warning to stderr */
  readonly warn: (line: Text) => Promise<void>;
}

/** The result of a run. */
export interface NotifyResult {
  readonly rows: readonly NoticeRow[];
  /** some recipient or some tenant could not be reached: the next run tries again */
  readonly incomplete: boolean;
}

interface NotifyWork {
  readonly tenants: readonly LoadedTenant[];
  readonly work: readonly (readonly [RecipientItems, RecipientWork])[];
  readonly incomplete: boolean;
}

const reasonOf = (error: unknown): Text => (error instanceof Failure ? error.what : codeOf(error));

/** With several tenants one that cannot be reached does not keep the others back. */
const loadAll = async ({ tenants, settings, now, warn }: NotifyRun): Promise<Omit<NotifyWork, "work">> => {
  const loaded: LoadedTenant[] = [];
  for (const tenant of tenants) {
    try {
      loaded.push(await LoadedTenant.load(tenant, { now, stages: settings.stages }));
    } catch (error) {
      if (tenants.length === 1) throw error;
      const reason = reasonOf(error);
      const { context } = tenant;
      await warn(
        text(`cannot read the tenant ${context}: ${reason.en}`, `テナント ${context} を読み込めません: ${reason.ja}`),
      );
    }
  }
  return { tenants: loaded, incomplete: loaded.length < tenants.length };
};

const find = async (run: NotifyRun): Promise<NotifyWork> => {
  const { tenants, incomplete } = await loadAll(run);
  const { settings, now } = run;
  const tenantItems = tenants.map(({ tenant, items }) => ({ context: tenant.context, items }));
  const targets = itemsOfRecipients(tenantItems, settings);
  for (const { context, items } of tenantItems) {
    for (const item of items.filter((one) => !hasRecipient(targets, one))) {
      const { en, ja } = titleOf(item);
      await run.warn(text(`no recipient for ${en} (${context})`, `${ja}(${context})の通知先がありません`));
    }
  }
  for (const warning of undatedWarnings(tenants)) await run.warn(warning);
  for (const warning of await criticalWarnings(tenants)) await run.warn(warning);
  const work = targets.map((target) => [target, workFor(target, tenants, { now, stages: settings.stages })] as const);
  return { tenants, work, incomplete };
};

/** A run that warns of each thing once, whoever is told of it. */
const warningOnce = ({ warn, ...run }: NotifyRun): NotifyRun => {
  const warned = new Set<string>();
  return {
    ...run,
    warn: async (line) => {
      if (warned.has(line.en)) return;
      warned.add(line.en);
      await warn(line);
    },
  };
};

/** Those first whose mail came back, then owners, whose mail may: the others are to hear of it. */
const ordered = (work: NotifyWork["work"], bounces: Bounces, { recipients }: NotifySettings): NotifyWork["work"] => {
  const rank = ({ recipient, addressee }: RecipientItems): number =>
    bounces.has(addressee) ? 0 : recipient.way !== "mail" ? 3 : recipients.includes(recipient) ? 2 : 1;
  return work.toSorted(([one], [other]) => rank(one) - rank(other));
};

const hasRecipient = (targets: readonly RecipientItems[], item: RenewalItem): boolean =>
  targets.some(({ tenantItems }) => tenantItems.some(({ items }) => items.includes(item)));

/**
 * What would be sent to whom; nothing is sent and nothing is recorded.
 *
 * @param hindranceOf what would keep a recipient from being reached, as far as can be told without sending
 */
export const planNotices = async (
  asked: NotifyRun,
  hindranceOf: (recipient: Recipient) => Promise<Text | undefined> = () => Promise.resolve(undefined),
): Promise<NotifyResult> => {
  const run = warningOnce(asked);
  const { work, tenants, incomplete } = await find(run);
  const targets = work.map(([target]) => target);
  const bounces = new Bounces(targets, tenants);
  const sender = new NoticeSender({
    ...run,
    tenants,
    bounces,
    deliver: () => Promise.reject(new TypeError("a plan sends nothing")),
  });
  const rows: NoticeRow[] = [];
  for (const [{ recipient }, { unfinished, fresh }] of ordered(work, bounces, run.settings)) {
    const pending = [...unfinished, ...fresh];
    await sender.itemWarnings(pending);
    await sender.hearingWarnings(recipient, pending);
    const due = pending.flatMap((one) => one.due ?? []);
    const reason = due.length === 0 ? undefined : await hindranceOf(recipient);
    if (reason !== undefined) await run.warn(notNotified(recipient, reason));
    const outcome = reason === undefined ? "due" : "failed";
    rows.push(...due.map((one) => ({ due: one, recipient, outcome, reason }) as const));
  }
  return { rows, incomplete: incomplete || rows.some(({ outcome }) => outcome === "failed") };
};

/**
 * Notifies every recipient of what is due, once: each stage of each item is claimed before sending and settled after. A
 * recipient that fails does not stop the others and is retried by the next run, as are notices left by a killed run.
 *
 * @param signal stops between two recipients
 */
export const sendNotices = async (
  asked: NotifyRun,
  { deliver, signal }: { readonly deliver: Deliver; readonly signal?: AbortSignal },
): Promise<NotifyResult> => {
  const run = warningOnce(asked);
  const found = await find(run);
  const targets = found.work.map(([target]) => target);
  const bounces = new Bounces(targets, found.tenants);
  const sender = new NoticeSender({ ...run, tenants: found.tenants, bounces, deliver });
  const rows: NoticeRow[] = [];
  let { incomplete } = found;
  for (const [target, work] of ordered(found.work, bounces, run.settings)) {
    signal?.throwIfAborted();
    try {
      rows.push(...(await sender.send(target, work)));
    } catch (error) {
      const reason = reasonOf(error);
      const { name } = target.recipient;
      incomplete = true;
      await run.warn(text(`${name}: ${reason.en}`, `${name}: ${reason.ja}`));
    }
  }
  return { rows, incomplete: incomplete || rows.some(({ outcome }) => outcome !== "sent") };
};
