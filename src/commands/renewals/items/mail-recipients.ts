import type { Tenant } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { emailKey } from "../../../lib/model/normalise.ts";
import { recipientFinding } from "../../../lib/renewals/administrators.ts";
import type { Finding } from "../../../lib/renewals/findings.ts";
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

/** The recipients of notices who are users of a tenant no more, or lost the role that they had. */
export async function recipientsWhoLeft(
  tools: Tools,
  context: Context,
  { revoked }: Pick<NonNullable<Tenant["administration"]>, "revoked">,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { address } of await mailRecipients(tools, context.name)) {
    const { client } = await tools.tenantOf(context, "users");
    const isRevoked = revoked.some((one) => emailKey(one) === emailKey(address));
    const isDeleted =
      !isRevoked &&
      (await client.users.find({ name: address })).length === 0 &&
      (await client.users.history({ name: address })).some(({ deleted }) => deleted);
    if (isRevoked || isDeleted) found.push(recipientFinding(address, isRevoked));
  }
  return found;
}
