import { line, renderAdvice, type Advice, type CommandLine } from "../../advice/index.ts";
import { TENANT } from "../../model/tenant.ts";
import {
  determineApplicability,
  buildUsageCommand,
  type Applicability,
  type ExpectedRenewalKind,
} from "../../model/applies.ts";
import { getAnswerFormat, type QuestionName } from "../../model/question.ts";
import { RENEWAL_KINDS } from "../../model/renewal.ts";
import { dayOf } from "../../model/time.ts";
import { levelOf, createDayClock } from "../../renewals/judge.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../text/index.ts";
import type { HandoverFacts, Renewal } from "./facts.ts";
import type { Gap, GapCode } from "./gap.ts";
import { mentionsPerson, type Person } from "./people.ts";
import { getCurrentValue, type Question } from "./question.ts";
import { ITEM_TITLES, type ItemId } from "./titles.ts";

/** A value that belongs to an item and is recorded in the tenant. */
export interface KnownValue {
  readonly label: Text;
  readonly value: string;
  /** shorter form for people; undefined: the full value is shown */
  readonly short?: Text | undefined;
}

export interface ChecklistItem {
  readonly id: ItemId;
  readonly title: Text;
  /** whether the item applies, based on what the tenant uses; null: not recorded, so not known */
  readonly applies: boolean | null;
  /** why the item does not apply, or why this is not known; null if the item applies */
  readonly why: Text | null;
  readonly known: readonly KnownValue[];
  /** what CLOMO's manual says about the item */
  readonly notes: readonly Text[];
  readonly questions: readonly Question[];
  readonly gaps: readonly Gap[];
}

/** The day for which a checklist is built, and the leaver. */
export interface ChecklistContext {
  /** a day: `2027-03-01` */
  readonly asOf: string;
  /** IANA name of the time zone in which days are counted */
  readonly timezone: string;
  readonly leaver?: Person | undefined;
  /** the leaver's last day */
  readonly leaves?: string | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Returns the number of days from one day to another. */
export const countDays = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/** Number of days after which an answer that must be confirmed every year is too old. */
const MAX_ANSWER_AGE_DAYS = 365;

/**
 * Number of days after the leaver's last day within which a renewal item or the end of a contract counts as a gap. If
 * no last day is known, the days are counted from the day of the checklist.
 */
export const DUE_SOON_DAYS = 90;

type QuestionParts = Pick<Question, "about" | "label" | "wording"> & {
  readonly id: QuestionName;
  readonly subject?: string | undefined;
  /** default: true */
  readonly required?: boolean | undefined;
  readonly yearly?: boolean | undefined;
  readonly recorded?: string | null | undefined;
};

interface GapWording {
  /** code of the gap if nothing is known; default: `unanswered` */
  readonly lacking?: GapCode | undefined;
  /** description of the gap if nothing is known; default: the description of an unanswered question */
  readonly told?: Pick<Gap, "what" | "mend"> | undefined;
}

type ChecklistDay = Pick<ChecklistContext, "asOf" | "timezone">;

/**
 * Returns the day to which the known value belongs: for a date question, the date in the answer; otherwise, the day of
 * the answer.
 */
const getDayOfAnswer = (
  { kind, ...known }: Pick<Question, "kind" | "answer" | "recorded">,
  { timezone }: ChecklistDay,
): string | null =>
  kind === "date" ? getCurrentValue(known) : known.answer === null ? null : dayOf(known.answer.at, timezone);

/** Builds a question with its answer and its recorded value, and determines whether it must be asked. */
export function buildQuestion(
  { answers }: Pick<HandoverFacts, "answers">,
  day: ChecklistDay,
  { subject = "", required = true, yearly = false, recorded = null, ...asked }: QuestionParts,
): Question {
  const form = getAnswerFormat(asked.id);
  const answer = answers.find((one) => one.question === asked.id && one.subject === subject) ?? null;
  const known = { answer, recorded: recorded === "" ? null : recorded };
  const value = getCurrentValue(known);
  const said = getDayOfAnswer({ kind: form.kind, ...known }, day);
  const isOld = value !== null && yearly && said !== null && countDays(said, day.asOf) > MAX_ANSWER_AGE_DAYS;
  const due = value === null && required ? "missing" : isOld ? "old" : null;
  return { ...asked, ...form, ...known, subject, required, yearly, due };
}

const EMPTY_TEXT = same("");

/** Returns the `handover answer` command for a question. */
const buildAnswerCommand = (id: string): CommandLine => line("handover answer", [id]);

export class ItemDraft {
  readonly facts: HandoverFacts;
  readonly when: ChecklistContext;
  readonly #id: ItemId;
  readonly #known: KnownValue[] = [];
  readonly #notes: Text[] = [];
  readonly #questions: Question[] = [];
  readonly #gaps: Gap[] = [];

  constructor(id: ItemId, facts: HandoverFacts, when: ChecklistContext) {
    this.#id = id;
    this.facts = facts;
    this.when = when;
  }

  /** Adds a value that is recorded in the tenant. Ignores null, undefined and an empty value. */
  tell(label: Text, value: string | null | undefined, more: Pick<KnownValue, "short"> = {}): void {
    if (value !== null && value !== undefined && value !== "") this.#known.push({ label, value, ...more });
  }

  note(line: Text): void {
    this.#notes.push(line);
  }

  gap(code: GapCode, what: Text, mend: Advice, question?: Gap["question"]): void {
    this.#gaps.push({ code, item: this.#id, what, mend: renderAdvice(mend), question });
  }

  /**
   * Adds a question. Adds a gap if the question is required and nothing is known, or if the answer is too old.
   *
   * @returns the known value
   */
  ask({ lacking = "unanswered", told, ...asked }: QuestionParts & GapWording): string | null {
    const question = buildQuestion(this.facts, this.when, asked);
    this.#questions.push(question);
    const { due, about: of, wording } = question;
    const about = of === undefined ? wording : prependSubject(of, wording);
    if (due === "missing") {
      const what = told?.what ?? text(`not answered: ${about.en}`, `未回答: ${about.ja}`);
      this.gap(lacking, what, told?.mend ?? buildAnswerCommand(asked.id), question);
    }
    if (due === "old") {
      const said = getDayOfAnswer(question, this.when) ?? "";
      this.gap(
        "answer-old",
        text(
          `not confirmed since ${said}, more than a year ago: ${about.en}`,
          `${said} を最後に、1 年以上確認されていません: ${about.ja}`,
        ),
        buildAnswerCommand(asked.id),
        question,
      );
    }
    return getCurrentValue(question);
  }

  /** Adds a gap for something that depends on the leaver, if a text names the leaver. */
  held(written: string | null | undefined, what: Text, mend: Advice): void {
    const { leaver } = this.when;
    if (leaver === undefined || !mentionsPerson(leaver, written)) return;
    this.gap(
      "leaver-holds",
      text(
        `still assigned to ${leaver.called}, who is leaving: ${what.en}`,
        `退職する ${leaver.called} さんが担当しています: ${what.ja}`,
      ),
      mend,
    );
  }

  /** Adds a gap if the tenant uses something that expires, but no renewal item is recorded for it. */
  recorded(kind: ExpectedRenewalKind): void {
    const { tenant, renewals } = this.facts;
    if (determineApplicability(tenant, kind).applies !== true || renewals.some((one) => one.kind === kind)) return;
    const { en, ja } = RENEWAL_KINDS[kind];
    this.gap(
      "not-recorded",
      text(`not recorded, so no reminders are sent: ${en}`, `登録がないため、期限の通知が届きません: ${ja}`),
      line("renewals add", ["NAME"], {
        kind,
        ...(kind === "android-owner" ? { lastLogin: "DATE" } : { expires: "DATE" }),
      }),
    );
  }

  /** Adds a gap for each item that is expired, critical, rejected, or due up to 90 days after the leaver's last day. */
  due(renewals: readonly Renewal[]): void {
    for (const { name, expiresAt, certainty, rejection } of renewals) {
      const found = expiresAt === null ? undefined : this.#whenDue(expiresAt);
      if (rejection !== undefined && found?.code !== "renewal-expired") {
        const { en, ja } = rejection.what;
        this.gap("renewal-critical", text(`${name}: ${en}`, `「${name}」: ${ja}`), line("renewals guide", [name]));
        continue;
      }
      if (expiresAt === null || found === undefined) continue;
      const day = dayOf(expiresAt, this.when.timezone);
      const told = certainty === "estimated" ? text(`${day} (estimated)`, `${day}(推定)`) : text(day, `${day} `);
      const { code, how } = found;
      this.gap(
        code,
        code === "renewal-expired"
          ? text(
              `${name} expired on ${told.en}${how.en}`,
              `「${name}」は期限切れです(期限: ${told.ja.trim()}${how.ja})`,
            )
          : text(`${name} expires on ${told.en}${how.en}`, `「${name}」の期限は ${told.ja}です${how.ja}`),
        line("renewals guide", [name]),
      );
    }
  }

  /** Returns the code and the wording of the gap for an expiry date; undefined if the date does not count as a gap. */
  #whenDue(expiresAt: string): { readonly code: GapCode; readonly how: Text } | undefined {
    const { asOf, timezone, leaver, leaves } = this.when;
    const left = countDays(asOf, dayOf(expiresAt, timezone));
    const level = levelOf(expiresAt, createDayClock(asOf, timezone));
    if (level === "expired") return { code: "renewal-expired", how: EMPTY_TEXT };
    if (level === "critical") {
      return { code: "renewal-critical", how: text(`, ${formatCount(left, "day")} left`, `(残り ${left} 日)`) };
    }
    const last = leaves ?? (leaver === undefined ? undefined : asOf);
    if (last === undefined || countDays(last, dayOf(expiresAt, timezone)) > DUE_SOON_DAYS) return undefined;
    const how =
      leaves === undefined
        ? text(`, within ${DUE_SOON_DAYS} days`, `(${DUE_SOON_DAYS} 日以内)`)
        : text(
            `, before the leaver's last day (${leaves}) or within ${DUE_SOON_DAYS} days after it`,
            `(最終日(${leaves})より前、または最終日から ${DUE_SOON_DAYS} 日以内)`,
          );
    return { code: "renewal-near", how };
  }

  /** Returns the finished item, which applies to the tenant. */
  item(): ChecklistItem {
    return {
      id: this.#id,
      title: ITEM_TITLES[this.#id],
      applies: true,
      why: null,
      known: this.#known,
      notes: this.#notes,
      questions: this.#questions,
      gaps: this.#gaps,
    };
  }

  /** Returns an item that does not or may not apply.  @param unused what is not used; in Japanese with its particle */
  notApplying({ applies, unsaid }: Applicability, unused: Text): ChecklistItem {
    if (applies === false) {
      const why = text(
        `not applicable, because this tenant does not use ${unused.en}`,
        `対象外(${unused.ja}使っていないため)`,
      );
      return { ...this.item(), applies, why };
    }
    const names = joinTexts(
      unsaid.map((use) => TENANT.fields[use].label),
      text(", ", "、"),
    );
    const why = text(
      `not known whether this item applies, because the use of ${names.en} is not recorded`,
      `対象かどうか不明です(${names.ja} の利用の有無が未登録)`,
    );
    this.gap("unsaid", why, buildUsageCommand(unsaid));
    return { ...this.item(), applies: null, why };
  }
}

const prependSubject = (about: string, { en, ja }: Text): Text => text(`${about}: ${en}`, `${about}: ${ja}`);
