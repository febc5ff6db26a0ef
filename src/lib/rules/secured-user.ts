import { SECURED_FORMATS } from "../model/secured-formats.ts";
import { SECURED_APPS, formatSecuredAppName, SECURED_USER, type SecuredApp } from "../model/secured-user.ts";
import { listEditableFields } from "../model/thing.ts";
import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** Returns the fields that users of an app have, including the fields that the app's files do not contain. */
export const listAppFields = (app: SecuredApp): readonly string[] => {
  const inFiles = SECURED_FORMATS[app].columns.map(({ sets }) => sets);
  return listEditableFields(SECURED_USER.fields)
    .filter(([name, { byHand }]) => byHand === true || inFiles.includes(name))
    .map(([name]) => name);
};

const FOREIGN_FIELDS: ReadonlyMap<SecuredApp, readonly string[]> = new Map(
  SECURED_APPS.map((app) => {
    const own = listAppFields(app);
    return [app, listEditableFields(SECURED_USER.fields).flatMap(([name]) => (own.includes(name) ? [] : [name]))];
  }),
);

/** A user of a SECURED APP has only the fields of that app. @see facts 6 */
export const appFieldsRule: Rule<{ readonly app: SecuredApp; readonly values: Readonly<Record<string, unknown>> }> = {
  name: "fields-of-app",
  of: "secured_user",
  on: ["create", "edit"],
  fields: ["app", "values"],
  judge: ({ after }) => {
    if (after === undefined) return [];
    const { app, values } = after;
    return (FOREIGN_FIELDS.get(app) ?? []).flatMap((name) => {
      const { [name]: value = null } = values;
      if (value === null || value === false || (Array.isArray(value) && value.length === 0)) return [];
      const what = text(
        `a user of ${formatSecuredAppName(app)} does not have the field ${name}`,
        `${formatSecuredAppName(app)} のユーザーに項目 ${name} はありません`,
      );
      return [{ field: name, what }];
    });
  },
};
