import { text, type Text } from "../../text/index.ts";
import { type Message, messageOf } from "./message.ts";
import type { Digest, Told } from "./digest.ts";
import { BOUNCED, dateRemark, ownerWarning, undatedWarnings, type Bounces } from "./warnings.ts";
import type { Delivery } from "./outcome.ts";
import type { Pending, Work } from "./pending.ts";
import type { Target } from "./recipients.ts";
import type { LoadedTenant, PastNotice } from "./tenant.ts";
import type { Recipient } from "./settings.ts";

/** Brings a message to a recipient; it resolves in a time that is bounded, whatever the other side does. */
export type Deliver = (recipient: Recipient, message: Message, digest: Digest) => Promise<Delivery>;

/** What telling recipients needs. */
export interface Telling {
  readonly deliver: Deliver;
  /** takes what is to be said on stderr */
  readonly warn: (line: Text) => Promise<void>;
  readonly bounces: Bounces;
  readonly tenants: readonly LoadedTenant[];
  /** the tenants' names matter */
  readonly severalContexts: boolean;
}

/** One stage of one thing to one recipient, and what became of it. */
export interface NoticeRow {
  readonly told: Told;
  readonly recipient: Recipient;
  /** `busy`: begun by another process, or by one that died: a later run takes it up */
  readonly outcome: "due" | "sent" | "failed" | "busy";
  readonly reason?: Text;
}

interface Claimed extends Pending {
  readonly notice: PastNotice;
}

/**
 * Begins notices, one after the other. Nothing is begun when the first is another process's: that one is telling this
 * recipient right now, and a later run takes up what it leaves.
 */
const claimAll = async (wanted: readonly Pending[]): Promise<readonly Claimed[] | undefined> => {
  const all: Claimed[] = [];
  for (const [index, pending] of wanted.entries()) {
    const { claimed, notice } = await pending.loaded.tenant.client.renewals.claimNotice(pending.key);
    if (claimed) all.push({ ...pending, notice });
    else if (index === 0) return undefined;
  }
  return all;
};

/** The notice begun first comes first: its Message-ID is the digest's, also when a later run sends the digest again. */
const byBeginning = ({ notice: one }: Claimed, { notice: other }: Claimed): number => (one.id < other.id ? -1 : 1);

const settle = async ({ loaded, notice, told }: Claimed, delivery: Delivery | undefined): Promise<void> => {
  const { renewals } = loaded.tenant.client;
  if (told === undefined || delivery === undefined) {
    await renewals.settleNotice(notice.id, { state: "failed", error: "a later stage took its place" });
  } else if (delivery.sent) {
    await renewals.settleNotice(notice.id, { state: "sent", error: null });
  } else {
    const error = `${delivery.bounced ? BOUNCED : ""}${delivery.reason.en}`;
    await renewals.settleNotice(notice.id, { state: "failed", error: error.slice(0, 2000) });
  }
};

const toldOf = (pending: readonly Pending[]): readonly Told[] => pending.flatMap(({ told }) => told ?? []);

/** Tells one recipient after the other, each all that is due in one digest. */
export class Teller {
  readonly #telling: Telling;
  /** what stderr has seen */
  readonly #warned = new Set<string>();

  constructor(telling: Telling) {
    this.#telling = telling;
  }

  /** First what a dead run left, as the very message it was; then, in one of its own, what is new. */
  async tell(target: Target, { unfinished, fresh }: Work): Promise<readonly NoticeRow[]> {
    const again = await this.#tellTogether(target, unfinished);
    if (again === undefined || again.some(({ outcome }) => outcome === "failed")) {
      return [...(again ?? this.#busy(target, unfinished)), ...this.#busy(target, fresh)];
    }
    const anew = await this.#tellTogether(target, fresh);
    return [...again, ...(anew ?? this.#busy(target, fresh))];
  }

  /** Claims before and settles after; undefined where another process has these notices. */
  async #tellTogether(
    { recipient, addressee }: Target,
    pending: readonly Pending[],
  ): Promise<readonly NoticeRow[] | undefined> {
    if (pending.length === 0) return [];
    const claimed = await claimAll(pending);
    if (claimed === undefined) return undefined;
    const [leader, ...others] = claimed.toSorted(byBeginning);
    if (leader === undefined) return [];
    const told = toldOf(claimed);
    const delivery = told.length === 0 ? undefined : await this.#deliver(recipient, leader.notice.messageId, claimed);
    // the leader last: while anything is undecided, its Message-ID can be found again
    for (const one of [...others, leader]) await settle(one, delivery);
    if (delivery === undefined) return [];
    const { bounces, warn } = this.#telling;
    bounces.learn(addressee, !delivery.sent && delivery.bounced);
    if (delivery.sent) return told.map((one) => ({ told: one, recipient, outcome: "sent" }));
    const { name } = recipient;
    const { reason } = delivery;
    await warn(text(`${name} was not told: ${reason.en}`, `${name} に通知できませんでした: ${reason.ja}`));
    return told.map((one) => ({ told: one, recipient, outcome: "failed", reason }));
  }

  async #deliver(recipient: Recipient, messageId: string, claimed: readonly Claimed[]): Promise<Delivery> {
    const { deliver, bounces, tenants, severalContexts } = this.#telling;
    const way = recipient.way === "mail" ? recipient.address.toLowerCase() : recipient.name;
    const warnings = [
      ...(await this.itemWarnings(claimed)),
      ...bounces.warningsFor({ way: recipient.way, recipient: way }),
      ...undatedWarnings(tenants, recipient),
    ];
    const told = toldOf(claimed);
    const digest = { told, warnings, language: recipient.language, severalContexts, messageId };
    return deliver(recipient, await messageOf(digest), digest);
  }

  /** Owners who are gone, and dates that file and record disagree on; stderr is told of each once. */
  async itemWarnings(pending: readonly Pending[]): Promise<readonly Text[]> {
    const warnings: Text[] = [];
    for (const { loaded, told } of pending) {
      if (told === undefined) continue;
      warnings.push(...[await ownerWarning(loaded, told), dateRemark(told)].filter((one) => one !== undefined));
    }
    for (const warning of warnings) await this.#warnOnce(warning);
    return warnings;
  }

  async #warnOnce(warning: Text): Promise<void> {
    if (this.#warned.has(warning.en)) return;
    this.#warned.add(warning.en);
    await this.#telling.warn(warning);
  }

  #busy({ recipient }: Target, pending: readonly Pending[]): readonly NoticeRow[] {
    return toldOf(pending).map((told) => ({ told, recipient, outcome: "busy" }));
  }
}
