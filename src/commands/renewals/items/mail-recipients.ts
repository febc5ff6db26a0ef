import type { MailRecipient } from "../../../lib/renewals/notify/settings.ts";
import { readNotifySettings } from "../../../lib/renewals/notify/settings-file.ts";
import type { Tools } from "../../tools.ts";

/** Those who are notified by mail of what is in a context; nobody where that cannot be read: `renewals notify` says why. */
export async function mailRecipients(tools: Tools, context: string): Promise<readonly MailRecipient[]> {
  const settings = await readNotifySettings(tools.home).catch(() => undefined);
  return (settings?.recipients ?? []).filter(
    (recipient): recipient is MailRecipient =>
      recipient.way === "mail" && (recipient.contexts?.includes(context) ?? true),
  );
}
