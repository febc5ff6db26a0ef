import { joinTexts, same, text, type Text } from "../../text/index.ts";
import { toOneLine, formatItemTitle, type DueReminder } from "./digest.ts";
import { shouldNotify } from "./recipients.ts";
import type { LoadedTenant } from "./tenant.ts";
import type { Recipient } from "./settings.ts";

/** Returns a warning if an item has a remark on its date, for example because file and record differ. */
export const findDateWarning = ({ item }: DueReminder): Text | undefined => {
  const { remark } = item;
  if (remark === undefined || remark === null) return undefined;
  return joinTexts([formatItemTitle(item), text(toOneLine(remark.en), toOneLine(remark.ja))], same(": "));
};

/** Returns warnings about items without a date, for everybody or one recipient. Reminders never include such items. */
export const listUndatedWarnings = (tenants: readonly LoadedTenant[], recipient?: Recipient): readonly Text[] =>
  tenants.flatMap(({ tenant: { context }, undated }) =>
    undated
      .filter((item) => recipient === undefined || shouldNotify(recipient, context, item))
      .map((item) => {
        const { en, ja } = formatItemTitle(item);
        return text(
          `${en} (${context}) has no expiry date, so no reminders will be sent`,
          `${ja}(${context})は期限が登録されていないため、期限が近づいても通知できません`,
        );
      }),
  );
