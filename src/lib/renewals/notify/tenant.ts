import type { ReminderKeyRecord, ReminderRecord } from "../../nouns/renewal.ts";
import type { DatedItem } from "../expiry-status.ts";
import { expireAtRejection } from "../rejection.ts";
import { findReachedStage, isTimelyNotice } from "../stages.ts";

export interface ReminderClient {
  readonly renewals: {
    notices(): Promise<readonly ReminderRecord[]>;
    /** `claimed` is false if the reminder was sent, or if another process is sending it. */
    claimNotice(claim: ReminderKeyRecord): Promise<{ readonly claimed: boolean; readonly notice: ReminderRecord }>;
    settleNotice(
      id: string,
      outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
    ): Promise<unknown>;
  };
}

export interface ReminderTenant {
  readonly context: string;
  readonly tenant: string;
  readonly timezone: string;
  readonly client: ReminderClient;
  readonly items: readonly DatedItem[];
  readonly past: readonly ReminderRecord[];
  /** notices of a clock that was ahead; they do not count and are withdrawn by the next run */
  readonly mistimed: readonly ReminderRecord[];
}

/** A failure without an error: the notice is never counted again, even when its time comes. */
export const WITHDRAWN = { state: "failed", error: null } as const;

export const loadReminders = async (
  tenant: Omit<ReminderTenant, "items" | "past" | "mistimed">,
  recorded: readonly DatedItem[],
  now: Date,
): Promise<ReminderTenant> => {
  const { timezone, client } = tenant;
  const items = recorded
    .map((item) => expireAtRejection(item, now, timezone))
    .filter(({ expiresAt }) => expiresAt !== null && findReachedStage(expiresAt, { now, timezone }) !== undefined);
  // also read before the first stage, because a notice of the future would count when its time comes
  const isDated = recorded.some(({ expiresAt }) => expiresAt !== null);
  const notices = isDated ? await client.renewals.notices() : [];
  const counted = notices.filter(({ state, error }) => state !== WITHDRAWN.state || error !== WITHDRAWN.error);
  const timely = Map.groupBy(counted, (notice) => isTimelyNotice(notice, { now, timezone }));
  return { ...tenant, items, past: timely.get(true) ?? [], mistimed: timely.get(false) ?? [] };
};

/** Returns at most one reminder per recipient. Reminders for an earlier expiry date do not count. */
export const listFailedReminders = ({ items, past }: ReminderTenant): readonly ReminderRecord[] => {
  const latest = new Map<string, ReminderRecord>();
  for (const notice of past) {
    const { itemId, expiresAt, way, recipient, stage } = notice;
    if (!items.some((item) => item.id === itemId && item.expiresAt === expiresAt)) continue;
    const key = [itemId, way, recipient].join(" ");
    if (stage <= (latest.get(key)?.stage ?? Infinity)) latest.set(key, notice);
  }
  const failed = [...latest.values()].filter(({ state }) => state === "failed");
  return [...new Map(failed.map((notice) => [`${notice.way} ${notice.recipient}`, notice])).values()];
};
