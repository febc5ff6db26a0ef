import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openPostOffice, type PostOffice } from "#support/renewals/post-office.ts";
import { findProposals } from "./proposals.ts";
import { reminderSettings, remindsOf, type NamedItem } from "../words.ts";

export const DAY_MS = 86_400_000;

/** Days before an expiry at which people are reminded; then daily. */
const STAGES: readonly number[] = [90, 60, 30, 15, 7, 3, 1, 0];

/** An item that a person keeps an eye on. */
export interface WatchedItem extends NamedItem {
  expires: Date;
  readonly recipients: readonly string[];
}

/** Returns the calendar days in Tokyo (UTC+9 all year) from one instant to another. */
export const daysBetween = (from: Date, to: Date): number => {
  const dayOf = (instant: Date): number => Math.floor((instant.getTime() + 9 * 3_600_000) / DAY_MS);
  return dayOf(to) - dayOf(from);
};

/** What somebody would expect who writes down in a book which reminder went to whom. */
export class ReminderBook {
  readonly #said = new Map<string, number>();

  /** Returns the reminders that are due, and takes them as sent if they are delivered; all missed stages are one reminder. */
  due(items: readonly WatchedItem[], now: Date, delivered: boolean): string[] {
    return items
      .flatMap((item) => {
        const days = daysBetween(now, item.expires);
        const stage = days < 0 ? days : STAGES.findLast((one) => one >= days);
        if (stage === undefined) return [];
        return item.recipients.flatMap((to) => {
          const key = `${to} ${item.context} ${item.kind} ${item.name} ${item.expires.toISOString()}`;
          if ((this.#said.get(key) ?? Infinity) <= stage) return [];
          if (delivered) this.#said.set(key, stage);
          return [describeReminder(to, item)];
        });
      })
      .toSorted();
  }
}

const describeReminder = (to: string, { context, kind, name }: NamedItem): string =>
  `${to}: ${context} ${kind} ${name}`;

/** A mail as somebody reads it. */
export interface Mail {
  readonly to: string;
  readonly text: string;
}

/** A mail server that may be closed for a night. */
export class Mailbox {
  readonly #office: PostOffice;
  readonly #seen = new Set<string>();
  /** the mail server takes nothing while this is true */
  closed = false;

  private constructor(office: PostOffice) {
    this.#office = office;
  }

  /** Opens a mail server and writes a home's settings that name it and these recipients. */
  static async open(home: string, addresses: readonly string[]): Promise<Mailbox> {
    const mailbox: Mailbox = new Mailbox(
      await openPostOffice({
        onMailFrom: (_, __, done) =>
          done(mailbox.closed ? Object.assign(new Error("4.3.2 closed"), { responseCode: 451 }) : null),
      }),
    );
    onTestFinished(() => mailbox.#office.close());
    await mailbox.serve(home, addresses);
    return mailbox;
  }

  /** Writes another home's settings. */
  async serve(home: string, addresses: readonly string[]): Promise<void> {
    const { name, content } = reminderSettings(this.#office.port, addresses);
    await mkdir(home, { recursive: true, mode: 0o700 });
    await writeFile(join(home, name), content, { mode: 0o600 });
  }

  /** Takes the mails since the last time. A mail that was sent again as the same message counts once. */
  take(): Mail[] {
    return this.#office.delivered.splice(0).flatMap(({ to, mail: { messageId, text } }) => {
      const key = `${to} ${messageId}`;
      if (this.#seen.has(key)) return [];
      this.#seen.add(key);
      return [{ to, text }];
    });
  }
}

/** Returns which items mails remind of, each as often as it is named. */
export const listReminders = (mails: readonly Mail[], items: readonly NamedItem[]): string[] =>
  mails
    .flatMap(({ to, text }) => items.filter((item) => remindsOf(text, item)).map((item) => describeReminder(to, item)))
    .toSorted();

/** Returns the commands in mails, which contain a guide. */
export const listMailProposals = (mails: readonly Mail[]): string[] => mails.flatMap(({ text }) => findProposals(text));

/** Chance that comes the same every time. */
export const createDice = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
