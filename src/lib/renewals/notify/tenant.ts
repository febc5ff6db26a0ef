import { emailKey } from "../../model/normalise.ts";
import type { Notice, NoticeClaim } from "../../model/renewal.ts";
import { findingsOf, recipientFinding, type Administration } from "../administrators.ts";
import type { Finding } from "../findings.ts";
import type { DatedItem } from "../judge.ts";
import { endingAtRejection } from "../rejection.ts";
import type { Addressee } from "./recipients.ts";
import { stageOf } from "../stages.ts";

/** A tenant's client as notices need it. */
export interface NoticeClient {
  readonly renewals: {
    notices(): Promise<readonly Notice[]>;
    /** `claimed` is false where it was sent, or another process is sending it. */
    claimNotice(claim: NoticeClaim): Promise<{ readonly claimed: boolean; readonly notice: Notice }>;
    settleNotice(
      id: string,
      outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
    ): Promise<unknown>;
  };
  readonly tenant: {
    /** Without `administration` where who asks may not know. */
    show(query: { readonly administration: true }): Promise<{ readonly administration?: Administration | undefined }>;
  };
  readonly users: {
    /** Everybody an address fits. */
    find(query: { readonly name: string }): Promise<readonly unknown[]>;
    /** Everybody an address fits, or fitted once. */
    history(query: { readonly name: string }): Promise<readonly { readonly deleted: boolean }[]>;
    list(query: { readonly limit: number }): AsyncIterable<unknown>;
  };
}

/** A tenant whose things are watched. */
export interface NoticeTenant {
  /** the context it is reached by */
  readonly context: string;
  /** an IANA name; days are counted in it */
  readonly timezone: string;
  readonly client: NoticeClient;
  /** its items with the dates they are judged by */
  readonly items: () => Promise<readonly DatedItem[]>;
  /** looks up whose they are: what the tenant holds itself has steps of its own */
  readonly withHolding?: (items: readonly DatedItem[]) => Promise<readonly DatedItem[]>;
}

/** A tenant as one run found it. */
export class LoadedTenant {
  readonly tenant: NoticeTenant;
  /** what has reached a stage */
  readonly items: readonly DatedItem[];
  /** what has no date, and so never reaches a stage */
  readonly undated: readonly DatedItem[];
  readonly past: readonly Notice[];
  #hasUsers: Promise<boolean> | undefined;
  readonly #gone = new Map<string, Promise<boolean>>();
  readonly #deleted = new Map<string, Promise<boolean>>();
  #administration: Promise<Administration | undefined> | undefined;

  private constructor(
    tenant: NoticeTenant,
    { items, undated, past }: Pick<LoadedTenant, "items" | "undated" | "past">,
  ) {
    this.tenant = tenant;
    this.items = items;
    this.undated = undated;
    this.past = past;
  }

  /** Lists the things once, and the notices only where some thing has reached a stage. */
  static async load(
    tenant: NoticeTenant,
    clock: { readonly now: Date; readonly stages: readonly number[] },
  ): Promise<LoadedTenant> {
    const { timezone } = tenant;
    const items = (await tenant.items()).map((item) => endingAtRejection(item, clock.now, timezone));
    const reached = items.filter(
      ({ expiresAt }) => expiresAt !== null && stageOf(expiresAt, { ...clock, timezone }) !== undefined,
    );
    const undated = items.filter(({ expiresAt }) => expiresAt === null);
    const past = reached.length === 0 ? [] : await tenant.client.renewals.notices();
    const known = (await tenant.withHolding?.(reached)) ?? reached;
    return new LoadedTenant(tenant, { items: known, undated, past });
  }

  /** What was begun for somebody, in any state. */
  pastOf({ way, recipient }: Addressee): readonly Notice[] {
    return this.past.filter((notice) => notice.way === way && notice.recipient === recipient);
  }

  /** Whether nobody of the tenant's users has this address; never where the tenant knows no users at all. */
  isGone(address: string): Promise<boolean> {
    const key = address.toLowerCase();
    const known = this.#gone.get(key) ?? this.#lookUp(address);
    this.#gone.set(key, known);
    return known;
  }

  /** Whether an address was that of a user who was deleted, and is nobody's now. */
  wasDeleted(address: string): Promise<boolean> {
    const key = address.toLowerCase();
    const known = this.#deleted.get(key) ?? this.#lookBack(address);
    this.#deleted.set(key, known);
    return known;
  }

  /** What is wrong with who hears of renewals from CLOMO; nothing where that cannot be read: notices go out all the same. */
  async findings(): Promise<readonly Finding[]> {
    const administration = await this.#standing();
    if (administration === undefined) return [];
    // who is no user any more is told with what is due
    const leavers = administration.leavers.filter(({ revoked, now = null }) => revoked || now !== null);
    return findingsOf({ ...administration, leavers });
  }

  /** That a recipient left: deleted, or without the role that there was. */
  async recipientLeft(address: string): Promise<Finding | undefined> {
    if (await this.wasDeleted(address)) return recipientFinding(address, false);
    const revoked = (await this.#standing())?.revoked ?? [];
    return revoked.some((one) => emailKey(one) === emailKey(address)) ? recipientFinding(address, true) : undefined;
  }

  #standing(): Promise<Administration | undefined> {
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
    this.#hasUsers ??= hasAny(this.tenant.client.users.list({ limit: 1 }));
    return (await this.#hasUsers) && (await this.tenant.client.users.find({ name: address })).length === 0;
  }
}

const hasAny = async (users: AsyncIterable<unknown>): Promise<boolean> => {
  for await (const _ of users) return true;
  return false;
};
