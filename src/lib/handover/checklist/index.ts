import { inOrder, type HandoverFacts } from "./facts.ts";
import type { Gap } from "./gap.ts";
import type { Item, ChecklistContext } from "./item.ts";
import { administratorsItem } from "./items/administrators.ts";
import { androidItem } from "./items/android.ts";
import { appleBusinessItem } from "./items/apple-business.ts";
import { clomoctlItem } from "./items/clomoctl.ts";
import { contactItem } from "./items/contact.ts";
import { pushCertificateItem } from "./items/push-certificate.ts";
import { rulesItem } from "./items/rules.ts";
import type { Question, QuestionGroup } from "./question.ts";

const MAKING = [
  contactItem,
  administratorsItem,
  pushCertificateItem,
  appleBusinessItem,
  androidItem,
  rulesItem,
  clomoctlItem,
] as const;

/**
 * The checklist of a handover: its seven items, what is asked for each, and what is missing. It follows from the facts and
 * the day alone.
 */
export const evaluate = (facts: HandoverFacts, when: ChecklistContext): readonly Item[] => {
  const ordered = inOrder(facts);
  return MAKING.map((make) => make(ordered, when));
};

/** All gaps, in the order of the items. */
export const gapsOf = (items: readonly Item[]): readonly Gap[] => items.flatMap(({ gaps }) => gaps);

/** All questions, in their order; of items those that apply. */
export const questionsOf = (groups: readonly QuestionGroup[]): readonly Question[] =>
  groups.flatMap(({ questions }) => questions);
