import { emailKey } from "../../model/normalise.ts";
import type { ReminderRecord, ReminderKeyRecord } from "../../model/renewal.ts";
import { checkAdministration, createRecipientFinding, type AdministrationFacts } from "../administrators.ts";
import type { Finding } from "../findings.ts";
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
  readonly tenant: {
    /** Returns no `administration` if the acting account may not see it. */
    show(query: {
      readonly administration: true;
    }): Promise<{ readonly administration?: AdministrationFacts | undefined }>;
  };
  readonly users: {
    /** Finds the users that an address matches. */
    find(query: { readonly name: string }): Promise<readonly unknown[]>;
    /** Finds the users that an address matches now or matched in the past. */
    history(query: { readonly name: string }): Promise<readonly { readonly deleted: boolean }[]>;
    list(query: { readonly limit: number }): AsyncIterable<unknown>;
  };
}

/** A tenant whose renewal items are monitored. */
export interface ReminderTenant {
  readonly context: string;
  /** IANA name of the time zone in which days are counted */
  readonly timezone: string;
  readonly client: ReminderClient;
  readonly items: () => Promise<readonly DatedItem[]>;
  /** adds the holder of each item, because the steps differ for an item that the tenant itself holds */
  readonly withHolding?: (items: readonly DatedItem[]) => Promise<readonly DatedItem[]>;
}

export class LoadedTenant {
  readonly tenant: ReminderTenant;
  /** items that have reached a stage */
  readonly items: readonly DatedItem[];
  /** items without a date, which never reach a stage */
  readonly undated: readonly DatedItem[];
  readonly past: readonly ReminderRecord[];
  #hasUsers: Promise<boolean> | undefined;
  readonly #gone = new Map<string, Promise<boolean>>();
  readonly #deleted = new Map<string, Promise<boolean>>();
  #administration: Promise<AdministrationFacts | undefined> | undefined;

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
    const known = (await tenant.withHolding?.(reached)) ?? reached;
    return new LoadedTenant(tenant, { items: known, undated, past });
  }

  /** Returns the reminders to a recipient that earlier runs claimed, in any state. */
  pastOf({ way, recipient }: Addressee): readonly ReminderRecord[] {
    return this.past.filter((notice) => notice.way === way && notice.recipient === recipient);
  }

  isGone(address: string): Promise<boolean> {
    const key = address.toLowerCase();
    const known = this.#gone.get(key) ?? this.#lookUp(address);
    this.#gone.set(key, known);
    return known;
  }

  /** Returns true if an address belonged to a user who was deleted, and no current user has it. */
  wasDeleted(address: string): Promise<boolean> {
    const key = address.toLowerCase();
    const known = this.#deleted.get(key) ?? this.#lookBack(address);
    this.#deleted.set(key, known);
    return known;
  }

  /**
   * Returns problems with who is notified of renewals; none if they cannot be read, because reminders are sent in any
   * case.
   */
  async findings(): Promise<readonly Finding[]> {
    const administration = await this.#standing();
    if (administration === undefined) return [];
    // an owner who is no longer a user is reported with the items that are due
    const leavers = administration.leavers.filter(({ revoked, now = null }) => revoked || now !== null);
    return checkAdministration({ ...administration, leavers });
  }

  async recipientLeft(address: string): Promise<Finding | undefined> {
    if (await this.wasDeleted(address)) return createRecipientFinding(address, false);
    const revoked = (await this.#standing())?.revoked ?? [];
    return revoked.some((one) => emailKey(one) === emailKey(address))
      ? createRecipientFinding(address, true)
      : undefined;
  }

  #standing(): Promise<AdministrationFacts | undefined> {
    this.#administration ??= this.tenant.client.tenant.show({ administration: true }).then(
      ({ administration }) => administration,
      () => undefined,
    );
    return this.#administration;
  }

  async #lookBack(address: string): Promise<boolean> {
    const { users } = this.tenant.client;
    if ((await users.find({ name: address })).length > 0) return false;
    return (await users.history({ name: address })).some(({ deleted }) => deleted);
  }

  async #lookUp(address: string): Promise<boolean> {
    this.#hasUsers ??= hasAnyUser(this.tenant.client.users.list({ limit: 1 }));
    return (await this.#hasUsers) && (await this.tenant.client.users.find({ name: address })).length === 0;
  }
}

const hasAnyUser = async (users: AsyncIterable<unknown>): Promise<boolean> => {
  for await (const _ of users) return true;
  return false;
};
