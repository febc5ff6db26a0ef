import { FORMATS } from "../derived/formats.ts";
import { SECURED_USER, type SecuredApp } from "../nouns/secured-user.ts";
import { listEditableFields } from "../model/thing.ts";

/** Returns all fields of the app's users, including fields that no file contains. */
export const listAppFields = (app: SecuredApp): readonly string[] => {
  const inFiles = FORMATS[app].columns.map(({ sets }) => sets);
  return listEditableFields(SECURED_USER.fields)
    .filter(([name, { byHand }]) => byHand === true || inFiles.includes(name))
    .map(([name]) => name);
};
