import { commandName } from "../../../lib/advice/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { theOne } from "../../listing/named.ts";
import { DRY_RUN, refuseNothing, valueOptions, valuesOf } from "../../records/options.ts";
import { BEFORE_WRITING, FORMER_SECRETS, noteNotRestored, showWritten, WHILE_WRITING } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import { APP } from "../app.ts";
import { nearSecuredUsers, SECURED_USER_ARGUMENT, SECURED_USER_COLUMNS, securedUserNames } from "./columns.ts";
import { OWN_FIELDS, secretsOf, settingsOf, USER_OPTIONS } from "./options.ts";
import { ROLE_HELP, withoutGroup } from "./roles.ts";
import { securedUserWritten } from "./written.ts";

export default defineCommand({
  summary: text("change a SECURED APPs user", "SECURED APPs のユーザーを変更する"),
  details: [
    text(
      "What is not given stays; an empty value (--device '') removes one. --group names all groups of the user. A ユーザーID stays what it is, as files know a user by it (ours). A new password is checked, and only the time when it was set is kept.",
      "指定しないものは変わりません。空の値(--device '')で消せます。--group にはユーザーのグループをすべて指定します。ユーザーID は、CSV でユーザーを見分けるため変更できません(clomoctl 独自の規則)。新しいパスワードは検査だけに使い、設定した日時だけを保存します。",
    ),
    ...ROLE_HELP,
  ],
  args: { user: SECURED_USER_ARGUMENT },
  options: { app: APP, ...valueOptions(OWN_FIELDS), ...USER_OPTIONS, dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl secured users edit user001 --app docs --device 'iPad 12' --licence-exception yes" },
    { line: "clomoctl secured users edit user001 --app calendar --role manager --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: SECURED_USER_COLUMNS,
  async run(tools, { user, app, role, set, createGroups, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireRight(tools, "secured.write");
    const [own, secrets] = [await valuesOf(OWN_FIELDS, options), await secretsOf(tools, options)];
    const values = {
      ...own,
      ...settingsOf(app, set, role !== undefined),
      ...(role !== undefined && { role }),
      ...secrets,
    };
    refuseNothing(values, commandName("secured users edit"));
    const { client } = await tools.tenant("secured");
    const found = await client.secured.find(app, { name: user });
    const near = found.length > 0 ? [] : await nearSecuredUsers(client, app, user);
    const { id } = theOne(user, found, securedUserNames(app), near);
    if (Object.keys(secrets).length > 0) await noteNotRestored(tools, FORMER_SECRETS);
    tools.describeState(() => WHILE_WRITING);
    const change = { ...values, ...(createGroups && { createGroups }), dryRun };
    const written = await client.secured.edit({ app, id }, change);
    await showWritten(tools, written, securedUserWritten(app, tools.terminal));
    const lack = role === undefined && own["groups"] === undefined ? undefined : withoutGroup(app, written.after);
    if (lack !== undefined) await tools.terminal.note(lack);
  },
});
