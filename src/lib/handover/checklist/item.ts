import { line, renderAdvice, step, type Advice, type CommandLine } from "../../advice/index.ts";
import { TENANT } from "../../model/tenant.ts";
import { appliesTo, sayUses, type Applicability, type ExpectedKind } from "../../model/applies.ts";
import { formOf, type QuestionName } from "../../model/question.ts";
import { RENEWAL_KINDS } from "../../model/renewal.ts";
import { dayOf } from "../../model/time.ts";
import { levelOf, onDay } from "../../renewals/judge.ts";
import { counted, joined, same, text, type Text } from "../../text/index.ts";
import type { HandoverFacts, Renewal } from "./facts.ts";
import type { Gap, GapCode } from "./gap.ts";
import { namesPerson, type Person } from "./people.ts";
import { isOtherwise, valueOf, type Question } from "./question.ts";
import { ITEMS, type ItemId } from "./titles.ts";

/** Something of an item that the tenant has a record of. */
export interface KnownValue {
  readonly label: Text;
  readonly value: string;
  /** the value for people, if it is shorter; undefined: as it is */
  readonly short?: Text | undefined;
  /** a telephone number: masked in mails, and in what is made to be mailed. @see masked */
  readonly isPhone?: true | undefined;
}

/** One item of the checklist. */
export interface Item {
  readonly id: ItemId;
  readonly title: Text;
  /** whether it applies, by what the tenant uses; null: nobody has said */
  readonly applies: boolean | null;
  /** why it does not apply, or why that is not known; null where it applies */
  readonly why: Text | null;
  readonly known: readonly KnownValue[];
  /** what the manual says of it */
  readonly notes: readonly Text[];
  readonly questions: readonly Question[];
  readonly gaps: readonly Gap[];
}

/** The day a checklist is made for, and who leaves. */
export interface ChecklistContext {
  /** a day: `2027-03-01` */
  readonly asOf: string;
  /** IANA name of the zone in which instants are days */
  readonly timezone: string;
  readonly leaver?: Person | undefined;
  /** the leaver's last day */
  readonly leaves?: string | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Days from one day to another. */
export const daysFrom = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/** An answer holds for so many days where it has to be confirmed every year. */
const YEAR_DAYS = 365;

/** Days after the last day of a leaver up to which a renewal, or the end of a contract, is a gap. */
export const NEAR_DAYS = 90;

/** What a question is asked with. */
type QuestionParts = Pick<Question, "about" | "label" | "wording"> & {
  readonly id: QuestionName;
  readonly subject?: string | undefined;
  /** default: true */
  readonly required?: boolean | undefined;
  readonly yearly?: boolean | undefined;
  readonly recorded?: string | null | undefined;
};

/** How a gap of a question is told. */
interface GapWording {
  /** the gap where nothing is known; default: `unanswered` */
  readonly lacking?: GapCode | undefined;
  /** how the gap is told where nothing is known; default: as a question that is not answered */
  readonly told?: Pick<Gap, "what" | "mend"> | undefined;
  /** the command that records what was answered; undefined where none does */
  readonly recordedBy?: ((answered: string) => CommandLine) | undefined;
}

type Day = Pick<ChecklistContext, "asOf" | "timezone">;

/** The day of which what is known is: a date itself, else when it was answered. */
const saidOn = ({ kind, ...known }: Pick<Question, "kind" | "answer" | "recorded">, { timezone }: Day): string | null =>
  kind === "date" ? valueOf(known) : known.answer === null ? null : dayOf(known.answer.at, timezone);

/** A question with what is known in answer to it, and whether it is to be asked. */
export function questionFor(
  { answers }: Pick<HandoverFacts, "answers">,
  day: Day,
  { subject = "", required = true, yearly = false, recorded = null, ...asked }: QuestionParts,
): Question {
  const form = formOf(asked.id);
  const answer = answers.find((one) => one.question === asked.id && one.subject === subject) ?? null;
  const known = { answer, recorded: recorded === "" ? null : recorded };
  const value = valueOf(known);
  const said = saidOn({ kind: form.kind, ...known }, day);
  const isOld = value !== null && yearly && said !== null && daysFrom(said, day.asOf) > YEAR_DAYS;
  const isDiffering = isOtherwise({ id: asked.id, kind: form.kind, ...known });
  const due = value === null && required ? "missing" : isDiffering ? "differs" : isOld ? "old" : null;
  return { ...asked, ...form, ...known, subject, required, yearly, due };
}

const NOTHING = same("");

/** The command that asks a question. */
const asking = (id: string): CommandLine => line("handover answer", [id]);

/** An item as it is being made. */
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

  /** Tells what the tenant has a record of; nothing of null. */
  tell(label: Text, value: string | null | undefined, more: Pick<KnownValue, "isPhone" | "short"> = {}): void {
    if (value !== null && value !== undefined && value !== "") this.#known.push({ label, value, ...more });
  }

  note(line: Text): void {
    this.#notes.push(line);
  }

  gap(code: GapCode, what: Text, mend: Advice): void {
    this.#gaps.push({ code, item: this.#id, what, mend: renderAdvice(mend) });
  }

  /**
   * Asks something, and finds the gap where it is required and not known, recorded otherwise, or known for too long.
   *
   * @returns what is known
   */
  ask({ lacking = "unanswered", told, recordedBy, ...asked }: QuestionParts & GapWording): string | null {
    const question = questionFor(this.facts, this.when, asked);
    this.#questions.push(question);
    const { due, about: of, wording } = question;
    const about = of === undefined ? wording : aboutOf(of, wording);
    if (due === "missing") {
      const what = told?.what ?? text(`not answered: ${about.en}`, `未回答: ${about.ja}`);
      this.gap(lacking, what, told?.mend ?? asking(asked.id));
    }
    if (due === "differs") {
      const [recorded, said] = [question.recorded ?? "", question.answer?.value ?? ""];
      const answer = asking(asked.id);
      const edit = recordedBy?.(said);
      const named = of === undefined ? asked.label : aboutOf(of, asked.label);
      this.gap(
        "differs",
        text(
          `${named.en}: recorded is ${recorded}, answered was ${said}: which holds?`,
          `${named.ja}: 登録は「${recorded}」、回答は「${said}」です。どちらが正しいですか?`,
        ),
        edit === undefined
          ? answer
          : step(`if the answer holds: ${edit}, else`, `回答が正しい場合: ${edit}、登録が正しい場合`, answer),
      );
    }
    if (due === "old") {
      const said = saidOn(question, this.when) ?? "";
      this.gap(
        "answer-old",
        text(`of ${said}, more than a year ago: ${about.en}`, `${said} のまま 1 年以上たっています: ${about.ja}`),
        asking(asked.id),
      );
    }
    return valueOf(question);
  }

  /** Whether a text names who leaves. */
  isLeaver(written: string | null | undefined): boolean {
    const { leaver } = this.when;
    return leaver !== undefined && namesPerson(leaver, written);
  }

  /** Finds the gap of what is in the hands of who leaves. */
  held(written: string | null | undefined, what: Text, mend: Advice): void {
    const { leaver } = this.when;
    if (leaver === undefined || !namesPerson(leaver, written)) return;
    this.gap(
      "leaver-holds",
      text(
        `${leaver.called} leaves, and holds: ${what.en}`,
        `退任する ${leaver.called} さんが担当しています: ${what.ja}`,
      ),
      mend,
    );
  }

  /** Finds the gap of something that is used, expires, and is recorded nowhere. */
  recorded(kind: ExpectedKind): void {
    const { tenant, renewals } = this.facts;
    if (appliesTo(tenant, kind).applies !== true || renewals.some((one) => one.kind === kind)) return;
    const { en, ja } = RENEWAL_KINDS[kind];
    this.gap(
      "not-recorded",
      text(`not recorded, so nobody is reminded: ${en}`, `登録がないため、期限の通知が届きません: ${ja}`),
      line("renewals add", ["NAME"], {
        kind,
        ...(kind === "android-owner" ? { lastLogin: "DATE" } : { expires: "DATE" }),
      }),
    );
  }

  /** Finds the gap of each renewal that is expired, critical or rejected, or due up to 90 days after the last day of who leaves. */
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

  /** Returns the gap of an expiry with its reason; undefined if it is not due. */
  #whenDue(expiresAt: string): { readonly code: GapCode; readonly how: Text } | undefined {
    const { asOf, timezone, leaver, leaves } = this.when;
    const left = daysFrom(asOf, dayOf(expiresAt, timezone));
    const level = levelOf(expiresAt, onDay(asOf, timezone));
    if (level === "expired") return { code: "renewal-expired", how: NOTHING };
    if (level === "critical") {
      return { code: "renewal-critical", how: text(`: ${counted(left, "day")} left`, `(残り ${left} 日)`) };
    }
    const last = leaves ?? (leaver === undefined ? undefined : asOf);
    if (last === undefined || daysFrom(last, dayOf(expiresAt, timezone)) > NEAR_DAYS) return undefined;
    const how =
      leaves === undefined
        ? text(`, within ${NEAR_DAYS} days`, `(${NEAR_DAYS} 日以内)`)
        : text(
            `, before the last day (${leaves}) or within ${NEAR_DAYS} days after it`,
            `(最終日(${leaves})より前、または最終日から ${NEAR_DAYS} 日以内)`,
          );
    return { code: "renewal-near", how };
  }

  /** The item, where it applies. */
  item(): Item {
    return {
      id: this.#id,
      title: ITEMS[this.#id],
      applies: true,
      why: null,
      known: this.#known,
      notes: this.#notes,
      questions: this.#questions,
      gaps: this.#gaps,
    };
  }

  /** The item where it does not apply, or nobody knows whether it does. @param unused what is not used, for people; in Japanese with its particle */
  notApplying({ applies, unsaid }: Applicability, unused: Text): Item {
    if (applies === false) {
      const why = text(`not applicable: ${unused.en} not used`, `対象外(${unused.ja}使っていないため)`);
      return { ...this.item(), applies, why };
    }
    const names = joined(
      unsaid.map((use) => TENANT.fields[use].label),
      text(", ", "、"),
    );
    const why = text(
      `not known whether it applies: nobody has said whether ${names.en} is used`,
      `対象かどうか不明です(${names.ja} の利用が未登録)`,
    );
    this.gap("unsaid", why, sayUses(unsaid));
    return { ...this.item(), applies: null, why };
  }
}

const aboutOf = (about: string, { en, ja }: Text): Text => text(`${about}: ${en}`, `${about}: ${ja}`);
