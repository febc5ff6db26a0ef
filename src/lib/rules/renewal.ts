import { isTelephoneNumber, type RenewalItem } from "../model/renewal.ts";
import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** The phone of an item is a telephone number: who holds it, or where it is kept, has a field of its own. */
export const renewalFields: Rule<Partial<Pick<RenewalItem, "phone">>> = ({ after }) => {
  const { phone = null } = after ?? {};
  if (phone === null || isTelephoneNumber(phone)) return [];
  return [
    {
      field: "phone",
      what: text(`"${phone}" is not a telephone number`, `「${phone}」は電話番号ではありません`),
      hint: text(
        "who holds the phone, or where it is kept, belongs in phoneHolder",
        "電話を持っている人や置き場所は phoneHolder に記録してください",
      ),
    },
  ];
};
