import type { NewRenewalItem, Notice, NoticeClaim, RenewalChange, RenewalItem } from "../contract/index.ts";
import { Failure } from "../errors/index.ts";
import { NOTICE, RECORDED_FIELDS, RENEWAL_ITEM } from "../model/renewal.ts";
import { yearAfter } from "../model/time.ts";
import { text } from "../text/index.ts";
import { instant, newId, type Surroundings } from "./ids.ts";
import { appendAudit } from "./store/sqlite/audit.ts";
import type { Database, Row } from "./store/sqlite/database.ts";

/** A notice that was started this long ago and not settled belongs to a dead process: it may be started again. */
export const NOTICE_LEASE_MS = 10 * 60 * 1000;

const FIELDS = Object.keys(RECORDED_FIELDS) as (keyof typeof RECORDED_FIELDS)[];

/** The columns of both tables are the fields, except the row's own number. */
const ITEM = Object.keys(RENEWAL_ITEM.fields).join(", ");
const NOTICE_COLUMNS = Object.keys(NOTICE.fields).join(", ");

const itemOf = (row: Row): RenewalItem => row as unknown as RenewalItem;
const noticeOf = (row: Row): Notice => row as unknown as Notice;

const missing = (what: string, id: string): Failure =>
  new Failure("not-found", { what: text(`no ${what} ${id}`, `${id} はありません`) });

/** A tenant's renewal items, and the notices sent for them. */
export class TenantRenewals {
  readonly #database: Database;
  readonly #surroundings: Surroundings;
  readonly #actor: string;

  constructor(database: Database, surroundings: Surroundings, actor: string) {
    this.#database = database;
    this.#surroundings = surroundings;
    this.#actor = actor;
  }

  /** By expiry date; items without one first. */
  list(): RenewalItem[] {
    return this.#database.all(`select ${ITEM} from renewal_item order by expiresAt, name, pk`).map(itemOf);
  }

  add(item: NewRenewalItem): RenewalItem {
    const id = newId(this.#surroundings);
    const now = instant(this.#surroundings);
    const certainty = item.certainty ?? "typed";
    return this.#database.change(() => {
      const values = Object.fromEntries(FIELDS.map((field) => [field, item[field] ?? null]));
      this.#database.run(
        `insert into renewal_item (id, ${FIELDS.join(", ")}, createdAt, updatedAt)
         values (:id, ${FIELDS.map((field) => `:${field}`).join(", ")}, :now, :now)`,
        { ...values, certainty, id, now },
      );
      this.#audit("renewals.add", id, { kind: item.kind, name: item.name });
      return this.#item(id);
    });
  }

  /** @throws Failure `not-found` */
  edit(id: string, change: RenewalChange): RenewalItem {
    return this.#database.change(() => {
      const before = this.#item(id);
      const after = { ...before, ...change };
      this.#database.run(
        `update renewal_item set ${FIELDS.map((field) => `${field} = :${field}`).join(", ")}, updatedAt = :now
         where id = :id`,
        {
          ...Object.fromEntries(FIELDS.map((field) => [field, after[field]])),
          id,
          now: instant(this.#surroundings),
        },
      );
      this.#audit("renewals.edit", id, { fields: Object.keys(change) });
      return this.#item(id);
    });
  }

  /** Sets the expiry to a year after a login. @throws Failure `not-found` */
  confirm(id: string, { by, at }: { readonly by: string; readonly at: string }): RenewalItem {
    return this.#database.change(() => {
      this.#item(id);
      const next = yearAfter(new Date(at).toISOString());
      this.#database.run(
        `update renewal_item set confirmedAt = :at, confirmedBy = :by, expiresAt = :next, certainty = 'estimated',
           updatedAt = :now where id = :id`,
        { id, at, by, next, now: instant(this.#surroundings) },
      );
      this.#audit("renewals.confirm", id, { by, at });
      return this.#item(id);
    });
  }

  /** @throws Failure `not-found` */
  remove(id: string): RenewalItem {
    return this.#database.change(() => {
      const item = this.#item(id);
      this.#database.run("delete from renewal_notice where itemId = :id", { id });
      this.#database.run("delete from renewal_item where id = :id", { id });
      this.#audit("renewals.remove", id, { kind: item.kind, name: item.name });
      return item;
    });
  }

  /** Newest first. */
  notices(): Notice[] {
    return this.#database.all(`select ${NOTICE_COLUMNS} from renewal_notice order by pk desc`).map(noticeOf);
  }

  /**
   * Reserves a notice for one sender: nobody else gets it until it is settled or its sender has been silent for
   * {@link NOTICE_LEASE_MS}. A sent notice is never started again.
   *
   * @throws Failure `not-found` if there is no such item
   */
  claim(claim: NoticeClaim): { readonly claimed: boolean; readonly notice: Notice } {
    return this.#database.change(() => {
      this.#item(claim.itemId);
      const known = this.#database.get(
        `select ${NOTICE_COLUMNS} from renewal_notice where itemId = :itemId and expiresAt = :expiresAt and stage = :stage and way = :way
         and recipient = :recipient`,
        { ...claim },
      );
      const at = instant(this.#surroundings);
      if (known === undefined) return { claimed: true, notice: this.#begin(claim, at) };
      const notice = noticeOf(known);
      const died = this.#surroundings.now() - Date.parse(notice.at) >= NOTICE_LEASE_MS;
      if (notice.state === "sent" || (notice.state === "sending" && !died)) return { claimed: false, notice };
      this.#database.run(
        "update renewal_notice set state = 'sending', attempts = attempts + 1, at = :at, error = null where id = :id",
        { id: notice.id, at },
      );
      return { claimed: true, notice: this.#notice(notice.id) };
    });
  }

  /** @throws Failure `not-found` */
  settle(id: string, outcome: { readonly state: "sent" | "failed"; readonly error: string | null }): Notice {
    return this.#database.change(() => {
      this.#notice(id);
      const at = instant(this.#surroundings);
      this.#database.run("update renewal_notice set state = :state, error = :error, at = :at where id = :id", {
        ...outcome,
        id,
        at,
      });
      return this.#notice(id);
    });
  }

  #begin(claim: NoticeClaim, at: string): Notice {
    const id = newId(this.#surroundings);
    this.#database.run(
      `insert into renewal_notice (id, itemId, expiresAt, stage, way, recipient, state, messageId, attempts, at)
       values (:id, :itemId, :expiresAt, :stage, :way, :recipient, 'sending', :messageId, 1, :at)`,
      { ...claim, id, messageId: `${id}@clomoctl.invalid`, at },
    );
    return this.#notice(id);
  }

  #item(id: string): RenewalItem {
    const row = this.#database.get(`select ${ITEM} from renewal_item where id = :id`, { id });
    if (row === undefined) throw missing("renewal", id);
    return itemOf(row);
  }

  #notice(id: string): Notice {
    const row = this.#database.get(`select ${NOTICE_COLUMNS} from renewal_notice where id = :id`, { id });
    if (row === undefined) throw missing("notice", id);
    return noticeOf(row);
  }

  #audit(action: string, subject: string, detail: Readonly<Record<string, unknown>>): void {
    appendAudit(this.#database, { at: instant(this.#surroundings), actor: this.#actor, action, subject, detail });
  }
}
