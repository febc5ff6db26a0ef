import { Failure } from "../../errors/index.ts";
import type { RenewalItem } from "../../model/renewal.ts";
import { text, type Text } from "../../text/index.ts";
import { listUndatedWarnings } from "./warnings.ts";
import { getErrorLabel } from "./outcome.ts";
import { findRecipientWork, type RecipientWork } from "./pending-reminders.ts";
import { groupItemsByRecipient, type RecipientItems } from "./recipients.ts";
import { type Deliver, describeFailedNotification, type ReminderRow, ReminderSender } from "./sender.ts";
import { LoadedTenant, type ReminderTenant } from "./tenant.ts";
import type { NotifySettings, Recipient } from "./settings.ts";
import { formatItemTitle } from "./digest.ts";

/** The input of a run of `renewals notify`. */
export interface NotifyRun {
  readonly tenants: readonly ReminderTenant[];
  readonly settings: NotifySettings;
  /** the time by which the whole run judges expiries */
  readonly now: Date;
  /** true if reminders must name the tenant */
  readonly severalContexts: boolean;
  /** writes a warning to stderr */
  readonly warn: (line: Text) => Promise<void>;
}

/** The result of a run of `renewals notify`. */
export interface NotifyResult {
  readonly rows: readonly ReminderRow[];
  /** true if a recipient or a tenant could not be reached; the next run tries again */
  readonly incomplete: boolean;
}

interface NotifyWork {
  readonly tenants: readonly LoadedTenant[];
  readonly work: readonly (readonly [RecipientItems, RecipientWork])[];
  readonly incomplete: boolean;
}

const getFailureReason = (error: unknown): Text => (error instanceof Failure ? error.what : getErrorLabel(error));

/** Loads the tenants. If there are several, a tenant that cannot be reached does not stop the others. */
const loadTenants = async ({ tenants, settings, now, warn }: NotifyRun): Promise<Omit<NotifyWork, "work">> => {
  const loaded: LoadedTenant[] = [];
  for (const tenant of tenants) {
    try {
      loaded.push(await LoadedTenant.load(tenant, { now, stages: settings.stages }));
    } catch (error) {
      if (tenants.length === 1) throw error;
      const reason = getFailureReason(error);
      const { context } = tenant;
      await warn(
        text(`cannot read the tenant ${context}: ${reason.en}`, `テナント ${context} を読み込めません: ${reason.ja}`),
      );
    }
  }
  return { tenants: loaded, incomplete: loaded.length < tenants.length };
};

const findNotifyWork = async (run: NotifyRun): Promise<NotifyWork> => {
  const { tenants, incomplete } = await loadTenants(run);
  const { settings, now } = run;
  const tenantItems = tenants.map(({ tenant, items }) => ({ context: tenant.context, items }));
  const targets = groupItemsByRecipient(tenantItems, settings);
  for (const { context, items } of tenantItems) {
    for (const item of items.filter((one) => !hasRecipient(targets, one))) {
      const { en, ja } = formatItemTitle(item);
      await run.warn(text(`no recipient for ${en} (${context})`, `${ja}(${context})の通知先がありません`));
    }
  }
  for (const warning of listUndatedWarnings(tenants)) await run.warn(warning);
  const work = targets.map(
    (target) => [target, findRecipientWork(target, tenants, { now, stages: settings.stages })] as const,
  );
  return { tenants, work, incomplete };
};

/** Returns a run that writes each warning only once, however many recipients it concerns. */
const warnOnlyOnce = ({ warn, ...run }: NotifyRun): NotifyRun => {
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

const hasRecipient = (targets: readonly RecipientItems[], item: RenewalItem): boolean =>
  targets.some(({ tenantItems }) => tenantItems.some(({ items }) => items.includes(item)));

/**
 * Returns the reminders that would be sent to each recipient. Nothing is sent or recorded.
 *
 * @param hindranceOf finds what would prevent a recipient from being reached, as far as this is possible without
 * sending
 */
export const planReminders = async (
  asked: NotifyRun,
  hindranceOf: (recipient: Recipient) => Promise<Text | undefined> = () => Promise.resolve(undefined),
): Promise<NotifyResult> => {
  const run = warnOnlyOnce(asked);
  const { work, tenants, incomplete } = await findNotifyWork(run);
  const sender = new ReminderSender({
    ...run,
    tenants,
    deliver: () => Promise.reject(new TypeError("a plan sends nothing")),
  });
  const rows: ReminderRow[] = [];
  for (const [{ recipient }, { unfinished, fresh }] of work) {
    const pending = [...unfinished, ...fresh];
    await sender.itemWarnings(pending);
    const due = pending.flatMap((one) => one.due ?? []);
    const reason = due.length === 0 ? undefined : await hindranceOf(recipient);
    if (reason !== undefined) await run.warn(describeFailedNotification(recipient, reason));
    const outcome = reason === undefined ? "due" : "failed";
    rows.push(...due.map((one) => ({ due: one, recipient, outcome, reason }) as const));
  }
  return { rows, incomplete: incomplete || rows.some(({ outcome }) => outcome === "failed") };
};

/**
 * Notifies every recipient of what is due, once. Each stage of each item is claimed before sending and settled
 * afterwards. If a recipient cannot be reached, the others are still notified. The next run tries again, and also sends
 * the reminders that a killed run did not send.
 *
 * @param signal stops the run between two recipients
 */
export const deliverReminders = async (
  asked: NotifyRun,
  { deliver, signal }: { readonly deliver: Deliver; readonly signal?: AbortSignal },
): Promise<NotifyResult> => {
  const run = warnOnlyOnce(asked);
  const found = await findNotifyWork(run);
  const sender = new ReminderSender({ ...run, tenants: found.tenants, deliver });
  const rows: ReminderRow[] = [];
  let { incomplete } = found;
  for (const [target, work] of found.work) {
    signal?.throwIfAborted();
    try {
      rows.push(...(await sender.send(target, work)));
    } catch (error) {
      const reason = getFailureReason(error);
      const { name } = target.recipient;
      incomplete = true;
      await run.warn(text(`${name}: ${reason.en}`, `${name}: ${reason.ja}`));
    }
  }
  return { rows, incomplete: incomplete || rows.some(({ outcome }) => outcome !== "sent") };
};
