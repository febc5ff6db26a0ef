import type { ReminderRecord, ReminderKeyRecord } from "../../model/renewal.ts";
import type { DatedItem } from "../judge.ts";
import { expireAtRejection } from "../rejection.ts";
import type { Addressee } from "./recipients.ts";
import { findReachedStage } from "../stages.ts";

export interface ReminderClient {
  readonly renewals: {
    notices(): Promise<readonly ReminderRecord[]>;
    /** `claimed` is false if the reminder was already sent, or if another process is sending it. */
    claimNotice(claim: ReminderKeyRecord): Promise<{ readonly claimed: boolean; readonly notice: ReminderRecord }>;
    settleNotice(
      id: string,
      outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
    ): Promise<unknown>;
  };
}

/** A tenant whose renewal items are monitored. */
export interface ReminderTenant {
  readonly context: string;
  /** IANA name of the time zone in which days are counted */
  readonly timezone: string;
  readonly client: ReminderClient;
  readonly items: () => Promise<readonly DatedItem[]>;
}

export class LoadedTenant {
  readonly tenant: ReminderTenant;
  /** items that have reached a stage */
  readonly items: readonly DatedItem[];
  /** items without a date, which never reach a stage */
  readonly undated: readonly DatedItem[];
  readonly past: readonly ReminderRecord[];

  private constructor(
    tenant: ReminderTenant,
    { items, undated, past }: Pick<LoadedTenant, "items" | "undated" | "past">,
  ) {
    this.tenant = tenant;
    this.items = items;
    this.undated = undated;
    this.past = past;
  }

  /** Loads the items once, and loads earlier reminders only if an item has reached a stage. */
  static async load(
    tenant: ReminderTenant,
    clock: { readonly now: Date; readonly stages: readonly number[] },
  ): Promise<LoadedTenant> {
    const { timezone } = tenant;
    const items = (await tenant.items()).map((item) => expireAtRejection(item, clock.now, timezone));
    const reached = items.filter(
      ({ expiresAt }) => expiresAt !== null && findReachedStage(expiresAt, { ...clock, timezone }) !== undefined,
    );
    const undated = items.filter(({ expiresAt }) => expiresAt === null);
    const past = reached.length === 0 ? [] : await tenant.client.renewals.notices();
    return new LoadedTenant(tenant, { items: reached, undated, past });
  }

  /** Returns the reminders to a recipient that earlier runs claimed, in any state. */
  pastOf({ way, recipient }: Addressee): readonly ReminderRecord[] {
    return this.past.filter((notice) => notice.way === way && notice.recipient === recipient);
  }
}
