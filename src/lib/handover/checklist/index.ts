import { sortFacts, type HandoverFacts } from "./facts.ts";
import type { Gap } from "./gap.ts";
import type { ChecklistItem, ChecklistContext } from "./item.ts";
import { buildAdministratorsItem } from "./items/administrators.ts";
import { buildAndroidItem } from "./items/android.ts";
import { buildAppleBusinessItem } from "./items/apple-business.ts";
import { buildContactItem } from "./items/contact.ts";
import { buildPushCertificateItem } from "./items/push-certificate.ts";
import { buildRulesItem } from "./items/rules.ts";
import type { Question, QuestionGroup } from "./question.ts";

const ITEM_BUILDERS = [
  buildContactItem,
  buildAdministratorsItem,
  buildPushCertificateItem,
  buildAppleBusinessItem,
  buildAndroidItem,
  buildRulesItem,
] as const;

/**
 * Builds the checklist of a handover: its six items, the questions about each item, and the gaps. The result depends
 * only on the facts and the context, such as the day.
 */
export const buildChecklist = (facts: HandoverFacts, when: ChecklistContext): readonly ChecklistItem[] => {
  const ordered = sortFacts(facts);
  return ITEM_BUILDERS.map((make) => make(ordered, when));
};

export const collectGaps = (items: readonly ChecklistItem[]): readonly Gap[] => items.flatMap(({ gaps }) => gaps);

/** Returns all questions, in order. Items that do not apply have no questions. */
export const collectQuestions = (groups: readonly QuestionGroup[]): readonly Question[] =>
  groups.flatMap(({ questions }) => questions);
