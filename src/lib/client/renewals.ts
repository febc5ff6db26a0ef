import {
  routes,
  type NewRenewalItem,
  type Notice,
  type NoticeClaim,
  type RenewalChange,
  type RenewalItem,
} from "../contract/index.ts";
import type { Caller } from "./call.ts";

/** A tenant's renewal items, and their notices. */
export class Renewals {
  readonly #call: Caller;

  constructor(call: Caller) {
    this.#call = call;
  }

  /** By expiry date; items without one first. */
  async list(): Promise<readonly RenewalItem[]> {
    return (await this.#call.json(routes.renewals.list)).items;
  }

  add(item: NewRenewalItem): Promise<RenewalItem> {
    return this.#call.json(routes.renewals.add, { json: item });
  }

  edit(id: string, change: RenewalChange): Promise<RenewalItem> {
    return this.#call.json(routes.renewals.edit, { params: { id }, json: change });
  }

  /** Records that a yearly login was done at a UTC instant; the item then expires a year later. */
  confirm(id: string, done: { readonly by: string; readonly at: string }): Promise<RenewalItem> {
    return this.#call.json(routes.renewals.confirm, { params: { id }, json: done });
  }

  remove(id: string): Promise<RenewalItem> {
    return this.#call.json(routes.renewals.remove, { params: { id } });
  }

  /** Newest first. */
  async notices(): Promise<readonly Notice[]> {
    return (await this.#call.json(routes.renewals.notices)).items;
  }

  /** Reserves a notice for sending; `claimed` is false if it was sent, or another process is sending it. */
  claimNotice(claim: NoticeClaim): Promise<{ readonly claimed: boolean; readonly notice: Notice }> {
    return this.#call.json(routes.renewals.claimNotice, { json: claim });
  }

  settleNotice(
    id: string,
    outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
  ): Promise<Notice> {
    return this.#call.json(routes.renewals.settleNotice, { params: { id }, json: outcome });
  }
}
