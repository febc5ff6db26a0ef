import { SECURED_FORMATS } from "../model/secured-formats.ts";
import { SECURED_APPS, securedAppName, SECURED_USER, type SecuredApp } from "../model/secured-user.ts";
import { handFields } from "../model/thing.ts";
import { text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** Returns the fields of an app's users: those of its files, and those that no file has. */
export const fieldsOfApp = (app: SecuredApp): readonly string[] => {
  const inFiles = SECURED_FORMATS[app].columns.map(({ sets }) => sets);
  return handFields(SECURED_USER.fields)
    .filter(([name, { byHand }]) => byHand === true || inFiles.includes(name))
    .map(([name]) => name);
};

/** The fields that an app's users do not have. */
const FOREIGN: ReadonlyMap<SecuredApp, readonly string[]> = new Map(
  SECURED_APPS.map((app) => {
    const own = fieldsOfApp(app);
    return [app, handFields(SECURED_USER.fields).flatMap(([name]) => (own.includes(name) ? [] : [name]))];
  }),
);

/** A user of SECURED APPs has only fields of their app. @see facts 6 */
export const fieldsOfOwnApp: Rule<{ readonly app: SecuredApp; readonly values: Readonly<Record<string, unknown>> }> = {
  name: "fields-of-app",
  of: "secured_user",
  on: ["create", "edit"],
  fields: ["app", "values"],
  judge: ({ after }) => {
    if (after === undefined) return [];
    const { app, values } = after;
    return (FOREIGN.get(app) ?? []).flatMap((name) => {
      const { [name]: value = null } = values;
      if (value === null || value === false || (Array.isArray(value) && value.length === 0)) return [];
      const what = text(
        `a user of ${securedAppName(app)} does not have ${name}`,
        `${securedAppName(app)} のユーザーに ${name} はありません`,
      );
      return [{ field: name, what }];
    });
  },
};
