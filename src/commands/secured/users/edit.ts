import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { requireSingleMatch } from "../../listing/single-match.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../../records/options.ts";
import { FORMER_SECRETS, noteNotRestored, showWrittenRecord } from "../../records/change-result.ts";
import { APP_OPTION } from "../app.ts";
import {
  SECURED_USER_ARGUMENT,
  SECURED_USER_COLUMNS,
  buildSecuredUserKind,
  buildSecuredUserLayout,
} from "./columns.ts";
import { FIELDS_WITH_OPTIONS, readUserSecrets, USER_OPTIONS } from "./options.ts";

const VALUE_OPTIONS = buildValueOptions(FIELDS_WITH_OPTIONS);

export default defineCommand({
  summary: text("change a SECURED APPs user", "SECURED APPs のユーザーを変更する"),
  args: { user: SECURED_USER_ARGUMENT },
  options: { app: APP_OPTION, ...VALUE_OPTIONS, ...USER_OPTIONS, dryRun: DRY_RUN_OPTION },
  anyOf: [Object.keys({ ...VALUE_OPTIONS, ...USER_OPTIONS }).filter((key) => key !== "createGroups")],
  examples: [
    { line: "clomoctl secured users edit user001 --app docs --device 'iPad 12' --licence-exception yes" },
    { line: "clomoctl secured users edit user001 --app calendar --role manager --dry-run" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: SECURED_USER_COLUMNS,
  async run(tools, { user, app, role, createGroups, dryRun, ...options }) {
    const [own, secrets] = [
      await parseValueOptions(FIELDS_WITH_OPTIONS, options),
      await readUserSecrets(tools, options),
    ];
    const values = {
      ...own,
      ...(role !== undefined && { role }),
      ...secrets,
    };
    const { client } = await tools.tenant("secured");
    const found = await client.secured.find(app, { name: user });
    const { id } = requireSingleMatch(user, found, buildSecuredUserKind(app));
    if (Object.keys(secrets).length > 0) await noteNotRestored(tools, FORMER_SECRETS);
    const change = { ...values, ...(createGroups && { createGroups }), dryRun };
    const written = await client.secured.edit({ app, id }, change);
    await showWrittenRecord(tools, written, buildSecuredUserLayout(app, tools.terminal));
  },
});
