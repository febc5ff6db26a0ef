import { line, step } from "../../../lib/advice/index.ts";
import type { RenewalItem } from "../../../lib/client/index.ts";
import { findOwnerAddress } from "../../../lib/renewals/notify/recipients.ts";
import type { Tools } from "../../tools.ts";

/** Returns true if the recorded owner gets no reminders, because the owner is not a single email address. */
const hasUnreachableOwner = (item: Pick<RenewalItem, "owner">): boolean =>
  (item.owner ?? "").trim() !== "" && findOwnerAddress(item) === undefined;

/** Reports that the owner who was just recorded does not receive reminders. Several items get only one note. */
export async function noteUnreachableOwner({ terminal }: Tools, items: readonly RenewalItem[]): Promise<void> {
  const [first, ...more] = items.filter(hasUnreachableOwner);
  if (first === undefined) return;
  const command = line("renewals edit", [more.length === 0 ? first.id : "ITEM"], { owner: "MAIL" });
  await terminal.note(
    step(
      `the owner ${first.owner} does not receive reminders, because the owner must be a single email address; to change the owner`,
      `更新担当「${first.owner}」には通知されません。更新担当に通知されるのは、メールアドレスを 1 つだけ指定した場合です。更新担当を変更するには`,
      command,
    ),
  );
}
