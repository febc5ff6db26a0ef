import type { Context } from "../../../lib/config/index.ts";
import { createRecipientFinding } from "../../../lib/renewals/administrators.ts";
import type { Finding } from "../../../lib/renewals/findings.ts";
import type { MailRecipient } from "../../../lib/renewals/notify/settings.ts";
import { readNotifySettings } from "../../../lib/renewals/notify/settings-file.ts";
import type { Tools } from "../../tools.ts";

/**
 * Returns a context's email recipients; empty if the settings cannot be read (`renewals notify` reports the reason).
 */
async function readMailRecipients(tools: Tools, context: string): Promise<readonly MailRecipient[]> {
  const settings = await readNotifySettings(tools.home).catch(() => undefined);
  return (settings?.recipients ?? []).filter(
    (recipient): recipient is MailRecipient =>
      recipient.way === "mail" && (recipient.contexts?.includes(context) ?? true),
  );
}

/** Finds the recipients of reminders who were deleted from the users of the tenant. */
export async function findDepartedRecipients(tools: Tools, context: Context): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { address } of await readMailRecipients(tools, context.name)) {
    const { client } = await tools.tenantOf(context, "users");
    const isDeleted =
      (await client.users.find({ name: address })).length === 0 &&
      (await client.users.history({ name: address })).some(({ deleted }) => deleted);
    if (isDeleted) found.push(createRecipientFinding(address));
  }
  return found;
}
